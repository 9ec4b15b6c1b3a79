/** A refund as Stripe shows it, in our words. */
export interface Refund {
  id: string;
  /** Minor units. */
  amount: number;
  /**
   * `underway`: accepted, not carried out. `failed`: the money is ours again, also after it had succeeded.
   * https://docs.stripe.com/api/refunds/object
   */
  status: "underway" | "succeeded" | "failed";
  /** Why it failed: Stripe's failure_reason, or `canceled`. */
  reason?: string;
  /** The idempotency key that it was made with; absent for one that was made by hand. */
  operationId?: string;
  createTime: Date;
}

/** Minor units of what went back, or is on its way; what failed to does not count. */
export const amountRefunded = (refunds: readonly Refund[] = []): number =>
  refunds.reduce((sum, { amount, status }) => (status === "failed" ? sum : sum + amount), 0);

/** Those that a person made at Stripe, past this service. */
export const madeByHand = (refunds: readonly Refund[] = []): Refund[] =>
  refunds.filter(({ operationId }) => operationId === undefined);

/** What the idempotency key of a part has after the order's id. */
export const OF_PART = ":part:";

/** Whether it gives a part back while the sale stands. */
export const isPart = ({ operationId }: Refund): boolean => operationId?.includes(OF_PART) ?? false;

/** How far each status lies in a refund's life; Stripe never goes back from one. */
const RANK: Record<Refund["status"], number> = { underway: 0, succeeded: 1, failed: 2 };

/**
 * What is known of the refunds of a charge after one more look: each at the furthest that was ever seen of it, so
 * that a look that comes late or twice changes nothing. Oldest first.
 */
export function mergeRefunds(known: readonly Refund[], seen: readonly Refund[]): Refund[] {
  const merged = new Map(known.map((refund) => [refund.id, refund]));
  for (const refund of seen) {
    const before = merged.get(refund.id);
    if (!before || RANK[refund.status] > RANK[before.status]) merged.set(refund.id, refund);
  }
  return [...merged.values()].sort(
    (a, b) => a.createTime.getTime() - b.createTime.getTime() || (a.id < b.id ? -1 : 1),
  );
}

/** Whether two merged lists say the same. */
export const sameRefunds = (a: readonly Refund[], b: readonly Refund[]): boolean =>
  a.length === b.length && a.every(({ id, status }, n) => id === b[n]?.id && status === b[n]?.status);

/** How the refunds of a charge stand, by the one that decides it. */
export interface Standing {
  outcome: Refund["status"];
  refund: Refund;
}

/**
 * What refunds make of the money that was taken, and which of them does: all given back; all given back once those
 * underway are carried out; or asked back, and failed to be. Undefined while less than all was ever asked back. Whether
 * refunds by hand were ever underway together, only a look in between would tell: they count together. Beside a part by us
 * the sale stands, so what failed counts only where all was asked back: by us, or as `wasAllAsked`, an earlier look, says.
 */
export function standingOf(
  refunds: readonly Refund[],
  taken: number,
  wasAllAsked = false,
): Standing | undefined {
  const isAllAsked = wasAllAsked || refunds.some((one) => one.operationId !== undefined && !isPart(one));
  const isInParts = refunds.some(isPart);
  const counted = refunds.filter((one) => isAllAsked || one.status !== "failed" || !isInParts);
  const total = (...statuses: Refund["status"][]) =>
    counted.filter(({ status }) => statuses.includes(status)).reduce((sum, { amount }) => sum + amount, 0);
  const [given, promised] = [total("succeeded"), total("succeeded", "underway")];
  if (promised + total("failed") < taken) return undefined;
  const outcome = given >= taken ? "succeeded" : promised >= taken ? "underway" : "failed";
  const refund = counted.findLast(({ status }) => status === outcome);
  return refund && { outcome, refund };
}
