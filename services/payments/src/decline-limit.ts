import { DomainError } from "@ticketing/runtime/process/domain-error";

/** How many declined cards of one buyer are borne in a span of time. */
export interface DeclineLimit {
  count: number;
  windowMs: number;
}

/** A declined attempt, as Stripe describes it. */
export interface Decline {
  /** Stripe's id of the event, by which it counts once. */
  eventId: string;
  code: string;
  /** Stripe's error type. */
  type: string;
  /** When it was declined, by Stripe's clock: its message may come days later. */
  time: Date;
}

/** https://docs.stripe.com/declines/codes: the bank or Stripe could not answer, which says nothing of the card. */
const NOBODYS_FAULT = new Set([
  "issuer_not_available",
  "processing_error",
  "reenter_transaction",
  "try_again_later",
]);

/** Whether the cause of a decline is the card or its holder, and not a failure at Stripe or a bank. */
export const speaksOfCard = ({ code, type }: Pick<Decline, "code" | "type">): boolean =>
  type !== "api_error" && !NOBODYS_FAULT.has(code);

/**
 * Card testing: who tries one stolen number after another takes a new order for each few. Throws TOO_MANY_DECLINES
 * with the time from which a card may be tried again.
 */
export function requireFewDeclines(times: readonly Date[], limit: DeclineLimit, now: Date): void {
  const ends = times.map((time) => time.getTime() + limit.windowMs).filter((end) => end > now.getTime());
  if (ends.length < limit.count) return;
  const [retry = now.getTime()] = ends.sort((a, b) => b - a).slice(limit.count - 1);
  throw new DomainError("TOO_MANY_DECLINES", "too many cards were declined", {}, retry - now.getTime());
}
