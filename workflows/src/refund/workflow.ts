import { endingByRefusal, retriedActivities } from "../activity-retries.ts";
import { handleChangeSignal } from "../change-signal.ts";
import { retryRefund } from "../refund-retries.ts";
import type { RefundActivities } from "./activities.ts";

const { refundPayment, refuseRefund, relistTicket, markRefunded } = retriedActivities<RefundActivities>();

/**
 * Refunds a complete order, then puts its ticket up for sale again, then marks the order as refunded. Its start is a
 * hint: unless the order itself records a refund request, the workflow fails with REFUND_NOT_REQUESTED, so that a later
 * request can start it again. Changes of order or payment while it runs arrive as signals, such as a refund that fails
 * before the order is marked; after a signal it reads everything again before it ends.
 */
export async function refund(orderId: string): Promise<void> {
  const signal = handleChangeSignal();
  await endingByRefusal(async () => {
    do {
      signal.received = false;
      try {
        await refundOrder(orderId);
      } catch (error) {
        if (!signal.received) throw error;
      }
    } while (signal.received);
  });
}

async function refundOrder(orderId: string): Promise<void> {
  const paid = await retryRefund(() => refundPayment(orderId));
  if (paid === "refunded before" || paid === "refused before") return;
  if (paid !== "done") {
    await refuseRefund(orderId, paid.refused, Date.now());
    return;
  }
  await relistTicket(orderId);
  await markRefunded(orderId);
}
