import { listen } from "../news.ts";
import { payBack } from "../pay-back.ts";
import { endingByRefusal, steps } from "../steps.ts";
import type { RefundActivities } from "./activities.ts";

const { refundPayment, refuseRefund, relistTicket, markRefunded } = steps<RefundActivities>();

/**
 * The money of a complete order goes back, then its ticket is for sale again, then the order says so. What started it
 * is a hint: the order itself has to ask for the refund, or the workflow fails with REFUND_NOT_REQUESTED, so that one
 * that is asked for later can still begin. What happens to order or payment while it runs, such as a refund that fails
 * before the order says that it was made, is a signal, and all is looked at again before the end.
 */
export async function refund(orderId: string): Promise<void> {
  const news = listen();
  await endingByRefusal(async () => {
    do {
      news.heard = false;
      try {
        await settle(orderId);
      } catch (error) {
        if (!news.heard) throw error;
      }
    } while (news.heard);
  });
}

async function settle(orderId: string): Promise<void> {
  const paid = await payBack(() => refundPayment(orderId));
  if (paid === "refunded before" || paid === "refused before") return;
  if (paid !== "done") {
    await refuseRefund(orderId, paid.refused, Date.now());
    return;
  }
  await relistTicket(orderId);
  await markRefunded(orderId);
}
