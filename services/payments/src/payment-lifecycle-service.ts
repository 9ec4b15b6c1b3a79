import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Client, ServiceImpl } from "@connectrpc/connect";
import type { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import {
  type PaymentLifecycleService,
  PaymentRecordSchema,
} from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import { isUnpublished, tellRecords } from "@ticketing/runtime/documents/select-records";
import { requireService } from "@ticketing/runtime/identity/service-tokens";
import type { Clock } from "@ticketing/runtime/process/clock";
import type { LossAcceptance } from "./accept-loss.ts";
import type { BalanceRecords } from "./balance-records.ts";
import type { EvidenceActions } from "./evidence-actions.ts";
import type { IntentRecords } from "./intent-records.ts";
import { orderOf } from "./order-to-pay.ts";
import { type Payment, startVoided } from "./payment.ts";
import type { PaymentActions } from "./payment-actions.ts";
import { disputeMessage, paymentMessage } from "./payment-message.ts";
import type { PaymentStore } from "./payment-store.ts";
import type { PartRefunds } from "./refund-part.ts";

/** The internal API by which an order's workflow moves its money. */
export function createPaymentLifecycleService(deps: {
  payments: PaymentStore;
  actions: PaymentActions;
  parts: PartRefunds;
  intents: IntentRecords;
  balance: BalanceRecords;
  evidence: EvidenceActions;
  losses: LossAcceptance;
  orders: Pick<Client<typeof OrderLifecycleService>, "readOrder">;
  clock: Clock;
}): ServiceImpl<typeof PaymentLifecycleService> {
  const { payments, actions, parts, intents, balance } = deps;

  /** Gives a payment up that has not begun; undefined when it has meanwhile. */
  async function voidUnopened(orderId: string): Promise<Payment | undefined> {
    const { order } = await deps.orders.readOrder({ orderId });
    const voided = startVoided(orderOf(order), deps.clock());
    return (await payments.insert(voided)) === "inserted" ? voided : undefined;
  }

  return {
    async readPayment({ orderId, fresh }, context) {
      requireService(context, "workflows", "cases");
      const payment = await payments.get(orderId);
      return { payment: paymentMessage(fresh ? await actions.refresh(payment) : payment) };
    },

    async readCharge({ orderId }, context) {
      requireService(context, "workflows");
      const charge = await actions.readCharge(await payments.get(orderId));
      return {
        providerChargeId: charge.id,
        amountReceived: BigInt(charge.received),
        amountRefunded: BigInt(charge.refunded),
        disputed: charge.disputed,
      };
    },

    async capturePayment({ orderId }, context) {
      requireService(context, "workflows");
      return { payment: paymentMessage(await actions.capture(await payments.get(orderId))) };
    },

    async voidPayment({ orderId }, context) {
      requireService(context, "workflows");
      const payment = (await payments.find(orderId)) ?? (await voidUnopened(orderId));
      return { payment: paymentMessage(await actions.void(orderId, payment)) };
    },

    async refundPayment({ orderId }, context) {
      requireService(context, "workflows");
      return { payment: paymentMessage(await actions.refund(await payments.get(orderId))) };
    },

    async refundPart({ orderId, partId, amount }, context) {
      requireService(context, "workflows");
      const part = { id: partId, amount: Number(amount) };
      return { payment: paymentMessage(await parts.refund(await payments.get(orderId), part)) };
    },

    async submitEvidence({ orderId, providerDisputeId, evidence, submit }, context) {
      requireService(context, "workflows");
      if (!evidence) throw new Error("validation let a request without evidence pass");
      const { $typeName: _, $unknown: __, ...texts } = evidence;
      const wish = { texts, submit };
      const dispute = await deps.evidence.submit(await payments.get(orderId), providerDisputeId, wish);
      return { dispute: disputeMessage(dispute)[0] };
    },

    async acceptDispute({ orderId, providerDisputeId }, context) {
      requireService(context, "workflows");
      const dispute = await deps.losses.accept(await payments.get(orderId), providerDisputeId);
      return { dispute: disputeMessage(dispute)[0] };
    },

    async listPayments({ selection }, context) {
      requireService(context, "workflows");
      const { documents, nextPageToken } = await payments.select(selection);
      const { records, unreadable } = tellRecords(PaymentRecordSchema, documents, (payment) => ({
        payment: paymentMessage(payment),
        updateTime: timestampFromDate(payment.updateTime),
        unpublished: isUnpublished(payment, deps.clock()),
      }));
      return { payments: records, unreadable, nextPageToken };
    },

    async listIntents({ selection }, context) {
      requireService(context, "workflows");
      return intents.select(selection);
    },

    async listMovements({ selection }, context) {
      requireService(context, "workflows");
      return balance.movements(selection);
    },

    async listCharges({ selection }, context) {
      requireService(context, "workflows");
      return balance.charges(selection);
    },

    async releaseIntent({ intentId }, context) {
      requireService(context, "workflows");
      await intents.release(intentId);
      return {};
    },
  };
}
