import { amend } from "@ticketing/runtime/documents/transition";
import type { Payment, StripeAction } from "./payment.ts";
import { actions } from "./payment-message.ts";
import { advance } from "./payment-transitions.ts";
import type { StripeFailure } from "./stripe-failure.ts";

/**
 * The idempotency key of an action, which is also its operation id at Stripe: the same for every repeat until this
 * key is known to do nothing any more.
 */
export const idempotencyKey = (payment: Payment, action: StripeAction): string =>
  `${payment._id}:${action}:${payment.attempts[action]}`;

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
 * Takes note that an action failed, after a look at Stripe has shown that it did not happen. A definite refusal is
 * told, and the next try has another key at once: Stripe would repeat the refusal for a day. When the outcome is
 * unknown the key stays, since the first try may yet act, until looks have shown nothing for the grace.
 * https://docs.stripe.com/error-low-level#content-errors
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
  if (failure.kind === "refused") {
    const refusal = { action, code: failure.code, time: now };
    const facts = { action: actions[action], stripeCode: failure.code };
    const changes = { ...withNextKey(payment, action), refusal };
    return advance(payment, { case: "paymentActionRefused", value: facts }, now, changes);
  }
  if (failure.kind !== "unknown") return payment;
  const since = payment.unknownSince?.[action];
  if (!since) return amend(payment, { unknownSince: { ...payment.unknownSince, [action]: now } }, now);
  if (now.getTime() - since.getTime() < graceMs) return payment;
  return amend(payment, withNextKey(payment, action), now);
}
