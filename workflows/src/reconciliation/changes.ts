import type { Source } from "./drift.ts";

/** How a run finds what changed. What it costs is what changed, however much there is. */
export interface Changes {
  /**
   * How far before the last run's start it begins: a change may be stored later than its time says, by a clock that is
   * behind, and events wait to be published. So each record is compared at least once when it is older than this.
   */
  overlapMs: number;
  /** After how long a sale is over: longer than the time that buyers have to pay, and a grace. */
  settleMs: number;
}

/** Times of change in [since, until), in epoch milliseconds. */
export interface Span {
  since: number;
  until: number;
}

/**
 * What time alone makes wrong nobody changes: an order is overdue, and a PaymentIntent (which is found by its creation)
 * goes its own way at Stripe. Both are compared again, once, when the sale is over.
 */
export function settledSpans(
  { settleMs }: Changes,
  lastStart: number,
  startTime: number,
): Partial<Record<Source, Span>> {
  const span = { since: Math.max(lastStart - settleMs, 0), until: startTime - settleMs };
  return { orders: span, intents: span };
}
