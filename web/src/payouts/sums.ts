import { type Earning, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import type { Amount } from "../format/format-money.ts";

/** What is with a seller, what waits, and what is owed, in one currency. */
export interface Sums {
  readonly currency: string;
  readonly waiting: Amount;
  readonly paid: Amount;
  readonly owed: Amount;
}

/** One row of sums for each currency, in the order in which they first occur. What was refunded counts for nothing. */
export function sumsOf(earnings: readonly Earning[]): readonly Sums[] {
  const currencies = [...new Set(earnings.flatMap(({ price }) => price?.currency ?? []))];
  return currencies.map((currency) => {
    const own = earnings.filter(({ price }) => price?.currency === currency);
    const sum = (part: (earning: Earning) => bigint): Amount => ({
      currency,
      minorUnits: own.reduce((total, earning) => total + part(earning), 0n),
    });
    const netIf = (...statuses: EarningStatus[]) =>
      sum(({ status, net }) => (statuses.includes(status) ? net : 0n));
    return {
      currency,
      waiting: netIf(EarningStatus.HELD, EarningStatus.RELEASED),
      // What is owed was paid out before; what other sales have paid of it counts as paid out by those.
      paid: sum(({ status, net, owed }) => (status === EarningStatus.TRANSFERRED ? net : owed)),
      owed: sum(({ owed }) => owed),
    };
  });
}
