import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import type { GetDisputedSaleResponseSchema } from "@ticketing/proto/cases/v1/case_service";
import type { PaymentLifecycleService } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import type { Earning } from "@ticketing/proto/payouts/v1/earning";
import { isRefusedFor } from "@ticketing/runtime/process/domain-error";
import type { Case } from "./case.ts";
import { readDelivery, readOrder, type SaleSources } from "./complaint.ts";

/** The sale that a case is about, as each service knows it now. Throws what the services refuse. */
export async function readDisputedSale(
  sources: SaleSources & { payments: Pick<Client<typeof PaymentLifecycleService>, "readPayment"> },
  { orderId }: Pick<Case, "orderId">,
): Promise<MessageInitShape<typeof GetDisputedSaleResponseSchema>> {
  const [order, { payment }, delivery, earning] = await Promise.all([
    readOrder(sources, orderId),
    sources.payments.readPayment({ orderId }),
    readDelivery(sources.deliveries, orderId),
    readEarning(sources, orderId),
  ]);
  return { order, ...(payment && { payment }), ...(delivery && { delivery }), ...(earning && { earning }) };
}

/** The earning as it is now; undefined until payouts have recorded it. */
async function readEarning(
  { payouts }: Pick<SaleSources, "payouts">,
  orderId: string,
): Promise<Earning | undefined> {
  try {
    return (await payouts.readEarning({ orderId })).earning;
  } catch (error) {
    if (isRefusedFor(error, "EARNING_NOT_FOUND")) return undefined;
    throw error;
  }
}
