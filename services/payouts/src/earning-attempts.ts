import { EarningHoldReason } from "@ticketing/proto/payouts/v1/earning";
import { amend } from "@ticketing/runtime/documents/transition";
import { attemptAfter } from "@ticketing/runtime/stripe/attempt";
import type { StripeFailure } from "@ticketing/runtime/stripe/stripe-failure";
import { block, type Earning, type EarningAction } from "./earning.ts";

/**
 * The idempotency key of an action, which is also its operation id at Stripe: the same for every repeat until this key
 * is known to do nothing any more.
 */
export const idempotencyKey = (earning: Earning, action: EarningAction): string =>
  `${earning._id}:${action}:${earning.attempts[action].number}`;

/**
 * Takes note that an action failed, after a look at Stripe has shown that it did not happen. Once its key can do nothing
 * any more, a transfer is no longer under way, so that a refund can be made, nor a reversal, so that another earning can
 * pay what is owed.
 */
export function afterFailure(
  earning: Earning,
  failed: { action: EarningAction; key: string; failure: Pick<StripeFailure, "kind" | "code"> },
  now: Date,
  graceMs: number,
): Earning {
  const { action, key, failure } = failed;
  // Somebody else's try with this key was noted meanwhile.
  if (key !== idempotencyKey(earning, action)) return earning;
  const before = earning.attempts[action];
  const after = attemptAfter(before, failure.kind, now, graceMs);
  if (after === before) return earning;
  const changed = {
    ...earning,
    attempts: { ...earning.attempts, [action]: after },
    ...(after.number > before.number &&
      (action === "transfer" ? { begun: undefined } : { reversing: undefined, takingBack: undefined })),
  };
  if (failure.kind !== "refused") return amend(changed, {}, now);
  const refusal = { action, code: failure.code, time: now };
  if (action === "reversal") return amend(changed, { refusal }, now);
  const blocked = block(changed, EarningHoldReason.PROVIDER, now, refusal);
  return blocked === changed ? amend(changed, {}, now) : blocked;
}
