/**
 * The refund as it was before it had a queue of its own, to the letter: it began on the lifecycle's, and repeated each
 * step inside of a workflow task until it had an answer.
 */
import { proxyLocalActivities } from "@temporalio/workflow";
import type { RefundActivities } from "@ticketing/workflows/refund/activities";

const { refundPayment, relistTicket, markRefunded } = proxyLocalActivities<RefundActivities>({
  startToCloseTimeout: "15s",
  retry: { initialInterval: "200ms", backoffCoefficient: 2, maximumInterval: "10s" },
});

/** The money of a complete order goes back, then its ticket is for sale again, then the order says so. */
export async function refund(orderId: string): Promise<void> {
  await refundPayment(orderId);
  await relistTicket(orderId);
  await markRefunded(orderId);
}
