import { DisputeOutcome as OutcomeInContract } from "@ticketing/proto/payments/v1/payment";

/**
 * How a dispute ended, as it is stored: the contract's values by their names in lower case, which are Stripe's.
 * https://docs.stripe.com/api/disputes/object#dispute_object-status
 */
export type DisputeOutcome = "won" | "lost" | "warning_closed";

export const disputeOutcomeOf = (outcome: DisputeOutcome): OutcomeInContract =>
  OutcomeInContract[outcome.toUpperCase() as Uppercase<DisputeOutcome>];

/** A dispute of a charge, which may have several. */
export interface Dispute {
  /** Stripe's id. Absent while all that is known of it is that a refund was refused for it. */
  id?: string;
  /** Absent while it is open. */
  outcome?: DisputeOutcome;
  /** When what is known of it happened: by Stripe's clock, or by ours where no message told. */
  time: Date;
}

/** What a webhook of Stripe says about a dispute: it began, or, with `outcome`, it ended. */
export type DisputeNews = Dispute & { id: string };

/**
 * What is known of the disputes of a charge after one more message, which may come late, twice, or alone: news of a
 * beginning says nothing of one that is known, and of two ends of one dispute the later counts. The same list when
 * nothing is new.
 */
export function withNews(known: readonly Dispute[], news: DisputeNews): readonly Dispute[] {
  const before = known.find(({ id }) => id === news.id);
  if (before && !isNewer(news, before)) return known;
  // A refund that was refused before was refused because of this dispute.
  return [...known.filter(({ id }) => id !== undefined && id !== news.id), news];
}

const isNewer = (news: Dispute, before: Dispute): boolean =>
  news.outcome !== undefined && (before.outcome === undefined || news.time > before.time);

/** Stripe refused a refund for a dispute: one that nobody has told of, unless one is known that explains it. */
export const withRefusal = (known: readonly Dispute[], time: Date): readonly Dispute[] =>
  known.some(({ outcome }) => outcome === undefined || outcome === "lost") ? known : [...known, { time }];

/** The dispute that decides where the money is: an open one, else a lost one, else the last. */
export const decisiveOf = (disputes: readonly Dispute[]): Dispute | undefined =>
  disputes.findLast(({ outcome }) => outcome === undefined) ??
  disputes.findLast(({ outcome }) => outcome === "lost") ??
  disputes.at(-1);
