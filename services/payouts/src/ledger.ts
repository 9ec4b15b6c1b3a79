/**
 * The two sides of the money of one sale. Positive is what somebody has or owes us, negative what we owe:
 * - `stripe`: what the platform holds of it at Stripe, before Stripe's own fees
 * - `seller`: what the seller is to get
 * - `fees`: what the platform keeps
 * - `receivable`: what the seller has to give back
 * - `netting`: what one sale of a seller pays of what is owed by another one; over both it is zero
 */
export type LedgerAccount = "stripe" | "seller" | "fees" | "receivable" | "netting";

/** What moved the money. `kept`: of what this sale earned, for another one; `netting`: by another one, of what is owed. */
export type LedgerFact = "sale" | "transfer" | "kept" | "refund" | "reversal" | "netting";

/** A fact as it is to be booked. */
export interface BookedFact {
  /** As in the entry. */
  id: string;
  fact: LedgerFact;
  time: Date;
  /** In minor units, of a transfer or a reversal, and of what is kept for or by another sale; absent: all of the net. */
  amount?: number;
}

/** One fact, booked on two sides at least: its postings sum to zero. Entries are added and never changed. */
export interface LedgerEntry {
  /**
   * The fact's own id: Stripe's id of a transfer or a reversal, the order's of its sale and of its refund, and of both
   * orders where one sale pays for another.
   */
  id: string;
  fact: LedgerFact;
  time: Date;
  /** Minor units of the sale's currency. */
  postings: Partial<Record<LedgerAccount, number>>;
}

/** The parts of a price. */
export interface Split {
  price: number;
  net: number;
}

type Rule = (split: Split, amount: number, wasTransferred: boolean) => LedgerEntry["postings"];
const rules: Record<LedgerFact, Rule> = {
  sale: ({ price, net }) => ({ stripe: price, seller: -net, fees: net - price }),
  transfer: (_, amount) => ({ stripe: -amount, seller: amount }),
  kept: (_, amount) => ({ netting: -amount, seller: amount }),
  refund: ({ price, net }, _, wasTransferred) => ({
    stripe: -price,
    [wasTransferred ? "receivable" : "seller"]: net,
    fees: price - net,
  }),
  reversal: (_, amount) => ({ stripe: amount, receivable: -amount }),
  netting: (_, amount) => ({ netting: amount, receivable: -amount }),
};

/** Entries by which the seller has what was earned. */
const TRANSFERS: readonly LedgerFact[] = ["transfer", "kept"];

/** The entries with one more; a fact that is booked already is not booked again. */
export function book(
  entries: readonly LedgerEntry[],
  { amount, ...fact }: BookedFact,
  split: Split,
): LedgerEntry[] {
  if (entries.some(({ id }) => id === fact.id)) return [...entries];
  const wasTransferred = entries.some((entry) => TRANSFERS.includes(entry.fact));
  return [...entries, { ...fact, postings: rules[fact.fact](split, amount ?? split.net, wasTransferred) }];
}

/** What an account has after these entries. */
export const balance = (entries: readonly LedgerEntry[], account: LedgerAccount): number =>
  entries.reduce((sum, { postings }) => sum + (postings[account] ?? 0), 0);
