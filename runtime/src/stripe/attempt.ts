import type { FailureKind } from "./stripe-failure.ts";

/** How often something was asked of Stripe with a key of its own, which ends in this number. */
export interface Attempt {
  /** The number in the idempotency key of the next call; the first is 1. */
  readonly number: number;
  /** Since when looks at Stripe have shown nothing of it, although it was asked for with this number. */
  readonly unknownSince?: Date | undefined;
}

/**
 * What the next call is made with, after one that failed and a look at Stripe which has shown that nothing happened. A
 * definite refusal gives the next try another key at once: Stripe would repeat the refusal for a day. When the outcome
 * is unknown the key stays, since the first try may yet act, until looks have shown nothing for the grace. The same
 * object: nothing is to be stored. https://docs.stripe.com/error-low-level#content-errors
 */
export function attemptAfter(attempt: Attempt, kind: FailureKind, now: Date, graceMs: number): Attempt {
  const next = { number: attempt.number + 1, unknownSince: undefined };
  if (kind === "refused") return next;
  if (kind !== "unknown") return attempt;
  if (!attempt.unknownSince) return { ...attempt, unknownSince: now };
  return now.getTime() - attempt.unknownSince.getTime() < graceMs ? attempt : next;
}
