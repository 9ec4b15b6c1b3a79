import { endingByRefusal, retriedActivities } from "../activity-retries.ts";
import { handleChangeSignal } from "../change-signal.ts";
import { retryRefund } from "../refund-retries.ts";
import type { RefundActivities } from "./activities.ts";

const { refundPayment, refuseRefund, relistTicket, markRefunded } = retriedActivities<RefundActivities>();

/**
 * The money of a complete order goes back, then its ticket is for sale again, then the order says so. What started it
 * is a hint: the order itself has to ask for the refund, or the workflow fails with REFUND_NOT_REQUESTED, so that one
 * that is asked for later can still begin. What happens to order or payment while it runs, such as a refund that fails
 * before the order says that it was made, is a signal, and all is looked at again before the end.
 */
export async function refund(orderId: string): Promise<void> {
  const signal = handleChangeSignal();
  await endingByRefusal(async () => {
    do {
      signal.received = false;
      try {
        await settle(orderId);
      } catch (error) {
        if (!signal.received) throw error;
      }
    } while (signal.received);
  });
}

async function settle(orderId: string): Promise<void> {
  const paid = await retryRefund(() => refundPayment(orderId));
  if (paid === "refunded before" || paid === "refused before") return;
  if (paid !== "done") {
    await refuseRefund(orderId, paid.refused, Date.now());
    return;
  }
  await relistTicket(orderId);
  await markRefunded(orderId);
}
