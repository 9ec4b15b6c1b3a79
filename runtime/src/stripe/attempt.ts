import { type FailureKind, StripeFailure } from "./stripe-failure.ts";

/** How often something was asked of Stripe with a key of its own, which ends in this number. */
export interface Attempt {
  /** The number in the idempotency key of the next call; the first is 1. */
  readonly number: number;
  /** Since when looks at Stripe have shown nothing of it, although it was asked for with this number. */
  readonly unknownSince?: Date | undefined;
}

/**
 * For what moves money. Throws an unknown outcome, in place of a call, where Stripe is only to be looked at: calls are
 * repeated with one key for the grace, and for as long again, in which the last of them may be in flight, none is made.
 */
export function requireCallable({ unknownSince }: Attempt, now: Date, graceMs: number): void {
  if (unknownSince && now.getTime() - unknownSince.getTime() >= graceMs) {
    throw new StripeFailure("unknown", "", new Error("an earlier call may yet act"));
  }
}

/**
 * What the next call is made with, after one that failed and a look at Stripe which has shown that nothing happened. A
 * definite refusal gives the next try another key at once: Stripe would repeat the refusal for a day. When the outcome
 * is unknown the key stays, since an earlier try may yet act, until looks have shown nothing for two graces: one in which
 * calls were repeated, and one without any ({@link requireCallable}). `graceMs`: longer than a call can be in flight. The
 * same object: nothing is to be stored. https://docs.stripe.com/error-low-level#content-errors
 */
export function attemptAfter(attempt: Attempt, kind: FailureKind, now: Date, graceMs: number): Attempt {
  const next = { number: attempt.number + 1, unknownSince: undefined };
  if (kind === "refused") return next;
  if (kind !== "unknown") return attempt;
  if (!attempt.unknownSince) return { ...attempt, unknownSince: now };
  return now.getTime() - attempt.unknownSince.getTime() < 2 * graceMs ? attempt : next;
}
