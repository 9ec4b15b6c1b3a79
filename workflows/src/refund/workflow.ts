import { payBack } from "../pay-back.ts";
import { endingByRefusal, steps } from "../steps.ts";
import type { RefundActivities } from "./activities.ts";

const { refundPayment, refuseRefund, relistTicket, markRefunded } = steps<RefundActivities>();

/**
 * The money of a complete order goes back, then its ticket is for sale again, then the order says so. What started it
 * is a hint: the order itself has to ask for the refund, or the workflow fails with REFUND_NOT_REQUESTED, so that one
 * that is asked for later can still begin.
 */
export async function refund(orderId: string): Promise<void> {
  await endingByRefusal(async () => {
    const paid = await payBack(() => refundPayment(orderId));
    if (paid === "refunded before") return;
    if (paid !== "done") {
      await refuseRefund(orderId, paid.refused);
      return;
    }
    await relistTicket(orderId);
    await markRefunded(orderId);
  });
}
