import { ApplicationFailure } from "@temporalio/common";
import { DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import type { ReadChargeResponse } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import type { Reason } from "@ticketing/proto/reason";
import type { LifecycleClients } from "../clients.ts";
import { asking } from "../refusal.ts";

/** Refusals by which payments says that it took no money. */
const NOTHING_TAKEN: readonly string[] = ["NOT_CAPTURED", "PAYMENT_NOT_FOUND"] satisfies Reason[];

const NO_DELIVERY: Reason = "DELIVERY_NOT_FOUND";

/** Reads what decides about an earning beside itself, as it is now. Throws as {@link asking}. */
export function createSaleReader({
  orders,
  payments,
  deliveries,
}: Pick<LifecycleClients, "orders" | "payments" | "deliveries">) {
  /**
   * The charge as Stripe shows it now; undefined where no money was taken. It is refused to a mesh that is, or may be, a
   * copy of another one: that one pays its sellers.
   */
  async function readCharge(orderId: string): Promise<ReadChargeResponse | undefined> {
    try {
      return await asking(payments.readCharge({ orderId }));
    } catch (error) {
      if (error instanceof ApplicationFailure && NOTHING_TAKEN.includes(error.type ?? "")) return undefined;
      throw error;
    }
  }

  /** Where the delivery stands; undefined where none was made. */
  async function readDelivery(orderId: string): Promise<DeliveryStatus | undefined> {
    try {
      return (await asking(deliveries.readDelivery({ orderId }))).delivery?.status;
    } catch (error) {
      if (error instanceof ApplicationFailure && error.type === NO_DELIVERY) return undefined;
      throw error;
    }
  }

  return async (orderId: string) => {
    const [{ order }, charge] = await Promise.all([
      asking(orders.readOrder({ orderId })),
      readCharge(orderId),
    ]);
    // What its buyer has opened was delivered before, and stays so while the order is complete.
    const isOpened = order?.ticketOpenedTime !== undefined;
    return { order, charge, delivery: isOpened ? DeliveryStatus.DELIVERED : await readDelivery(orderId) };
  };
}
