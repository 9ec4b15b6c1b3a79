import { DisputeOutcome as OutcomeInContract } from "@ticketing/proto/payments/v1/payment";
import type { Money } from "@ticketing/runtime/values/money";

/**
 * How a dispute ended, as it is stored: the contract's values by their names in lower case, which are Stripe's.
 * https://docs.stripe.com/api/disputes/object#dispute_object-status
 */
export type DisputeOutcome = "won" | "lost" | "warning_closed";

export const disputeOutcomeOf = (outcome: DisputeOutcome): OutcomeInContract =>
  OutcomeInContract[outcome.toUpperCase() as Uppercase<DisputeOutcome>];

/** A dispute as Stripe shows it. */
export interface ShownDispute {
  /** Stripe's id. */
  id: string;
  /** Stripe's word for what the cardholder's bank gives as the reason. */
  reason: string;
  /** What is disputed; may be more or less than the charge. */
  amount: Money;
  /** Stripe's word, which may be one that this release does not know. */
  status: string;
  /** Until when evidence may be submitted; absent where the bank takes none. */
  evidenceDueTime?: Date;
  evidenceSubmitted: boolean;
  createTime: Date;
}

/** A dispute of a charge, which may have several. */
export interface Dispute {
  /** Stripe's id. Absent while all that is known of it is that a refund was refused for it. */
  id?: string;
  /** Absent while it is open. */
  outcome?: DisputeOutcome;
  /** When it began, by Stripe's clock, or was seen to have ended, by ours. */
  time: Date;
  /** As Stripe last showed it; absent of what an earlier release noted, until Stripe is asked again. */
  shown?: Omit<ShownDispute, "id">;
}

/** What an earlier release, which believed Stripe's messages, noted of the end of a dispute. */
export type NotedEnd = Required<Pick<Dispute, "id" | "outcome" | "time">>;

/** What is known of the disputes of a charge with an end that an earlier release noted beside them. */
export function withNotedEnd(known: readonly Dispute[], end: NotedEnd): readonly Dispute[] {
  const before = known.find(({ id }) => id === end.id);
  if (before?.outcome !== undefined && end.time <= before.time) return known;
  // A refund that was refused before was refused because of this dispute.
  return [...known.filter(({ id }) => id !== undefined && id !== end.id), end];
}

/**
 * What is known of the disputes of a charge after a look at all that Stripe shows of it, oldest first. The same list when
 * nothing is new.
 */
export function withShown(
  known: readonly Dispute[],
  shown: readonly ShownDispute[],
  now: Date,
): readonly Dispute[] {
  const seen = shown.map((one) => {
    const before = known.find(({ id }) => id === one.id);
    return noted(before, one, now);
  });
  const isNews = seen.some((one) => !known.includes(one));
  // A refund was refused because of one that is new, or still counts.
  const isExplained = isNews || seen.some(keepsMoney);
  const rest = known.filter(({ id }) => (id ? !shown.some((one) => one.id === id) : !isExplained));
  return isNews || rest.length + seen.length < known.length ? [...rest, ...seen] : known;
}

function noted(before: Dispute | undefined, { id, ...shown }: ShownDispute, now: Date): Dispute {
  if (before?.shown && isSame(before.shown, shown)) return before;
  const outcome = outcomeOf(shown.status);
  const isOld = before !== undefined && before.outcome === outcome;
  const time = isOld ? before.time : outcome === undefined ? shown.createTime : now;
  return { id, ...(outcome !== undefined && { outcome }), time, shown };
}

const isSame = (a: Omit<ShownDispute, "id">, b: Omit<ShownDispute, "id">): boolean =>
  a.status === b.status &&
  a.reason === b.reason &&
  a.amount.minorUnits === b.amount.minorUnits &&
  a.amount.currency === b.amount.currency &&
  a.evidenceDueTime?.getTime() === b.evidenceDueTime?.getTime() &&
  a.evidenceSubmitted === b.evidenceSubmitted;

/** What a status means for the money; undefined of one that is open, as an appeal makes it again. */
function outcomeOf(status: string): DisputeOutcome | undefined {
  if (status === "won" || status === "lost" || status === "warning_closed") return status;
  // It was settled for the cardholder before it became a dispute.
  return status === "prevented" ? "lost" : undefined;
}

/** Stripe refused a refund for a dispute: one that nobody has told of, unless one is known that explains it. */
export const withRefusal = (known: readonly Dispute[], time: Date): readonly Dispute[] =>
  known.some(keepsMoney) ? known : [...known, { time }];

/** Whether the bank has the money because of it, or may get it. */
const keepsMoney = ({ outcome }: Dispute): boolean => outcome === undefined || outcome === "lost";

/** The dispute that decides where the money is: an open one, else a lost one, else the last. */
export const decisiveOf = (disputes: readonly Dispute[]): Dispute | undefined =>
  disputes.findLast(({ outcome }) => outcome === undefined) ??
  disputes.findLast(({ outcome }) => outcome === "lost") ??
  disputes.at(-1);
