import { amend } from "@ticketing/runtime/documents/transition";
import { type Attempt, attemptAfter } from "@ticketing/runtime/stripe/attempt";
import type { StripeFailure } from "@ticketing/runtime/stripe/stripe-failure";
import type { Payment, StripeAction } from "./payment.ts";
import { actions } from "./payment-message.ts";
import { advance } from "./payment-transitions.ts";

/**
 * The idempotency key of an action, which is also its operation id at Stripe: the same for every repeat until this
 * key is known to do nothing any more.
 */
export const idempotencyKey = (payment: Payment, action: StripeAction): string =>
  `${payment._id}:${action}:${payment.attempts[action]}`;

/** How often an action was asked for, and since when its outcome is unknown. */
export const attemptOf = ({ attempts, unknownSince }: Payment, action: StripeAction): Attempt => ({
  number: attempts[action],
  unknownSince: unknownSince?.[action],
});

/** The next try of an action has another key. */
export function withNextKey(
  payment: Payment,
  action: StripeAction,
): Pick<Payment, "attempts" | "unknownSince"> {
  return {
    attempts: { ...payment.attempts, [action]: payment.attempts[action] + 1 },
    unknownSince: { ...payment.unknownSince, [action]: undefined },
  };
}

/** What an action that has succeeded leaves of earlier tries: nothing. */
export function withoutFailures(
  payment: Payment,
  action: StripeAction,
): Pick<Payment, "refusal" | "unknownSince"> {
  return {
    refusal: payment.refusal?.action === action ? undefined : payment.refusal,
    unknownSince: { ...payment.unknownSince, [action]: undefined },
  };
}

/**
 * Takes note that an action failed, after a look at Stripe has shown that it did not happen: a definite refusal is
 * published, and {@link attemptAfter} says which key the next try has.
 */
export function afterFailure(
  payment: Payment,
  failed: { action: StripeAction; key: string; failure: Pick<StripeFailure, "kind" | "code"> },
  now: Date,
  graceMs: number,
): Payment {
  const { action, key, failure } = failed;
  // Somebody else's try with this key was noted meanwhile.
  if (key !== idempotencyKey(payment, action)) return payment;
  const before = attemptOf(payment, action);
  const after = attemptAfter(before, failure.kind, now, graceMs);
  if (after === before) return payment;
  const changes = {
    attempts: { ...payment.attempts, [action]: after.number },
    unknownSince: { ...payment.unknownSince, [action]: after.unknownSince },
  };
  if (failure.kind !== "refused") return amend(payment, changes, now);
  const refusal = { action, code: failure.code, time: now };
  const facts = { action: actions[action], stripeCode: failure.code };
  return advance(payment, { case: "paymentActionRefused", value: facts }, now, { ...changes, refusal });
}
