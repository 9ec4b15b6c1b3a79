import type Stripe from "stripe";
import { statusOf } from "./intent-entry.ts";
import type { IntentSnapshot } from "./observe-intent.ts";
import type { Refund } from "./refunds.ts";

/** A PaymentIntent of Stripe's, in our words. `refunds`: all of its charge, as far as they were asked for. */
export function snapshot(
  intent: Stripe.PaymentIntent,
  refunds: readonly Stripe.Refund[] = [],
): IntentSnapshot {
  const charge = chargeOf(intent);
  return {
    id: intent.id,
    status: statusOf(intent.status),
    amountReceived: intent.amount_received,
    refunds: refunds.map(refundOf),
    ...(charge && {
      chargeTime: new Date(charge.created * 1000),
      charge: { id: charge.id, disputed: charge.disputed },
    }),
  };
}

/** The charge that holds or took the money, where it is expanded. */
export const chargeOf = ({ latest_charge: charge }: Stripe.PaymentIntent): Stripe.Charge | undefined =>
  charge && typeof charge === "object" ? charge : undefined;

const refundStatus: Record<string, Refund["status"]> = {
  succeeded: "succeeded",
  failed: "failed",
  canceled: "failed",
};

/** What waits for our balance, the bank or the buyer is underway. https://docs.stripe.com/api/refunds/object */
function refundOf(refund: Stripe.Refund): Refund {
  const { id, amount, created, metadata } = refund;
  const status = refundStatus[refund.status ?? ""] ?? "underway";
  const reason = refund.status === "canceled" ? "canceled" : (refund.failure_reason ?? "unknown");
  const operationId = metadata?.operation_id;
  return {
    ...{ id, amount, status, createTime: new Date(created * 1000) },
    ...(status === "failed" && { reason }),
    ...(operationId && { operationId }),
  };
}
