/**
 * The two sides of the money of one sale. Positive is what somebody has or owes us, negative what we owe:
 * - `stripe`: what the platform holds of it at Stripe, before Stripe's own fees
 * - `seller`: what the seller is to get
 * - `fees`: what the platform keeps
 * - `receivable`: what the seller has to give back
 */
export type LedgerAccount = "stripe" | "seller" | "fees" | "receivable";

/** What moved the money. */
export type LedgerFact = "sale" | "transfer" | "refund" | "reversal";

/** One fact, booked on two sides at least: its postings sum to zero. Entries are added and never changed. */
export interface LedgerEntry {
  /** The fact's own id: Stripe's id of a transfer or a reversal, the order's of its sale and of its refund. */
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

const rules: Record<LedgerFact, (split: Split, wasTransferred: boolean) => LedgerEntry["postings"]> = {
  sale: ({ price, net }) => ({ stripe: price, seller: -net, fees: net - price }),
  transfer: ({ net }) => ({ stripe: -net, seller: net }),
  refund: ({ price, net }, wasTransferred) => ({
    stripe: -price,
    [wasTransferred ? "receivable" : "seller"]: net,
    fees: price - net,
  }),
  reversal: ({ net }) => ({ stripe: net, receivable: -net }),
};

/** The entries with one more; a fact that is booked already is not booked again. */
export function book(
  entries: readonly LedgerEntry[],
  fact: { id: string; fact: LedgerFact; time: Date },
  split: Split,
): LedgerEntry[] {
  if (entries.some(({ id }) => id === fact.id)) return [...entries];
  const wasTransferred = entries.some((entry) => entry.fact === "transfer");
  return [...entries, { ...fact, postings: rules[fact.fact](split, wasTransferred) }];
}

/** What an account has after these entries. */
export const balance = (entries: readonly LedgerEntry[], account: LedgerAccount): number =>
  entries.reduce((sum, { postings }) => sum + (postings[account] ?? 0), 0);
