import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { ApplicationFailure } from "@temporalio/common";
import { type Order, OrderStatus, RefundReason, RefundRefusalReason } from "@ticketing/proto/orders/v1/order";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import type { LifecycleClients } from "../clients.ts";
import type { RefundRefusal as RefundRefusalName } from "../refund-retries.ts";
import { isChargedBack, isRefundAccepted } from "../refund-status.ts";
import { answering, asking } from "../refusal.ts";

const refusals: Record<RefundRefusalName, RefundRefusalReason> = {
  charge_disputed: RefundRefusalReason.CHARGE_DISPUTED,
  refused_by_provider: RefundRefusalReason.REFUSED_BY_PROVIDER,
  nothing_captured: RefundRefusalReason.NOTHING_CAPTURED,
  refund_failed: RefundRefusalReason.REFUND_FAILED,
};

export type RefundActivities = ReturnType<typeof createRefundActivities>;

/** What a refund does in the world. Each step may be repeated. */
export function createRefundActivities({
  tickets,
  orders,
  payments,
  payouts,
}: Omit<LifecycleClients, "deliveries" | "cases">) {
  async function readOrder(orderId: string): Promise<Order> {
    const { order } = await asking(orders.readOrder({ orderId }));
    if (!order) throw new Error("orders answered without the order");
    return order;
  }

  /** {@link isChargedBack}, as Stripe shows it now. */
  async function hasBankPaid(orderId: string): Promise<boolean> {
    const { payment } = await asking(payments.readPayment({ orderId, fresh: true }));
    return payment !== undefined && isChargedBack(payment);
  }

  return {
    /**
     * Reads the order first: only a refund that its buyer asked for moves money. Throws REFUND_NOT_REQUESTED. One that
     * was made is not made again, also when it failed since, for that mostly fails too. Throws REFUND_FAILED then. One
     * that was refused is not made until it is asked for again, unless the money went back all the same.
     * Where a bank has given the buyer all of the money none is made, whoever asked for it. Throws CHARGE_DISPUTED where
     * it has not, and Stripe leaves the money to it.
     */
    async refundPayment(orderId: string) {
      const order = await readOrder(orderId);
      if (order.status === OrderStatus.REFUNDED) {
        const { payment } = await asking(payments.readPayment({ orderId }));
        const hasFailed = payment?.status === PaymentStatus.REFUND_FAILED;
        if (hasFailed && !(await hasBankPaid(orderId))) {
          throw ApplicationFailure.nonRetryable("the refund failed after it was made", "REFUND_FAILED");
        }
        // A person or a bank gave it back after it had failed, and the order still says that nobody did.
        const isGiven = hasFailed || (payment && isRefundAccepted(payment.status));
        const untold = order.refundRefusedTime && isGiven;
        return untold ? ("done" as const) : ("refunded before" as const);
      }
      if (order.status !== OrderStatus.COMPLETE || !order.refundRequestedTime) {
        throw ApplicationFailure.nonRetryable("nobody asked for this refund", "REFUND_NOT_REQUESTED");
      }
      if (order.refundRefusedTime) {
        const { payment } = await asking(payments.readPayment({ orderId }));
        if (!payment || !isRefundAccepted(payment.status)) return "refused before" as const;
      }
      // First what the seller earned is kept, or owed if it was transferred: only then may the buyer's money go back.
      await asking(payouts.holdForRefund({ orderId, refundRequestedTime: order.refundRequestedTime }));
      // What a bank gave, and a case was about, is not asked of Stripe.
      if (order.refundReason === RefundReason.CASE && (await hasBankPaid(orderId))) return "done" as const;
      const disputed = { CHARGE_DISPUTED: "disputed" } as const;
      const paid = await answering(payments.refundPayment({ orderId }), "done" as const, disputed);
      if (paid === "done" || (await hasBankPaid(orderId))) return "done" as const;
      throw ApplicationFailure.nonRetryable("the charge is disputed", "CHARGE_DISPUTED");
    },

    /**
     * Tells the order why its money does not go back, as it was decided then (epoch milliseconds; absent in what earlier
     * releases scheduled): told once more, it is no answer to a buyer who has asked again.
     */
    refuseRefund: (orderId: string, reason: RefundRefusalName, decided?: number) =>
      answering(
        orders.refuseRefund({
          orderId,
          reason: refusals[reason],
          ...(decided !== undefined && { decidedTime: timestampFromMs(decided) }),
        }),
        "done" as const,
      ),

    /** A ticket that does not exist any more needs no buyer; one that a case was about gets none. */
    async relistTicket(orderId: string) {
      const { ticketId, refundReason } = await readOrder(orderId);
      const withdraw = refundReason === RefundReason.CASE;
      return answering(tickets.relistTicket({ orderId, ticketId, withdraw }), "done" as const, {
        TICKET_NOT_FOUND: "done" as const,
      });
    },

    markRefunded: (orderId: string) => answering(orders.markRefunded({ orderId }), "done" as const),
  };
}
