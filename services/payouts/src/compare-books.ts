import type { Earning } from "./earning.ts";
import { balance } from "./ledger.ts";

/** A transfer at the payment provider; amounts in minor units. */
export interface ShownTransfer {
  id: string;
  amount: number;
  /** ISO 4217 code, upper case. */
  currency: string;
  reversals: readonly { id: string; amount: number }[];
}

/** A movement of money between the platform and a seller, as one of the two sides has it. */
interface Movement {
  id: string;
  /** What the platform holds more after it, in minor units: negative of a transfer. */
  amount: number;
}

/** What an earning's books say has moved money between the platform and its seller. */
export const bookedMovements = ({ entries }: Pick<Earning, "entries">): Movement[] =>
  entries
    .filter(({ fact }) => fact === "transfer" || fact === "reversal")
    .map(({ id, postings }) => ({ id, amount: postings.stripe ?? 0 }));

const nameOf = (amount: number): string => (amount < 0 ? "transfer" : "reversal");

/**
 * What the books of an earning and the provider's transfers of its order differ in, one sentence each. Each entry of a
 * transfer or a reversal has its movement there, of the same amount, and the other way round. Once it was transferred its
 * seller has neither more nor less than the books say was earned: what has to come back is owed apart from that.
 */
export function bookDifferences(
  earning: Pick<Earning, "entries" | "price" | "transferTime">,
  transfers: readonly ShownTransfer[],
): string[] {
  const { entries, price, transferTime } = earning;
  const beyond = transferTime ? balance(entries, "seller") : 0;
  const booked = bookedMovements(earning);
  const shown: Movement[] = transfers.flatMap(({ id, amount, reversals }) => [
    { id, amount: -amount },
    ...reversals,
  ]);
  const at = (movements: Movement[], id: string) => movements.find((each) => each.id === id);
  const size = ({ amount }: Pick<Movement, "amount">) => `${Math.abs(amount)} ${price.currency}`;
  return [
    ...(beyond === 0
      ? []
      : [`the seller was given ${size({ amount: beyond })} ${beyond > 0 ? "more" : "less"} than was earned`]),
    ...booked.flatMap((entry) => {
      const found = at(shown, entry.id);
      if (!found) return [`the provider has no ${nameOf(entry.amount)} ${entry.id}, which is booked`];
      if (found.amount === entry.amount) return [];
      return [`${entry.id} is booked with ${size(entry)}, the provider says ${size(found)}`];
    }),
    ...shown
      .filter(({ id }) => !at(booked, id))
      .map((each) => `the ${nameOf(each.amount)} ${each.id} of ${size(each)} is not booked`),
    ...transfers
      .filter(({ currency }) => currency !== price.currency)
      .map(({ id, currency }) => `the transfer ${id} is in ${currency}, the price in ${price.currency}`),
  ];
}
