import { proxyLocalActivities } from "@temporalio/workflow";
import type { RefundActivities } from "./activities.ts";

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
