import { quantile } from "../support/load/closed-loop.ts";
import type { Fate } from "./buyer.ts";

/** What was seen of a sale, real or simulated. Times are in milliseconds since its begin. */
export interface SaleLog {
  /** From the call to its answer, of locks that were granted. */
  readonly locks: number[];
  readonly refused: number[];
  /** From the granted lock to COMPLETE, without the time in which the buyer thought. */
  readonly purchases: number[];
  /** From the confirmation to COMPLETE. */
  readonly payments: number[];
  readonly searches: number[];
  /** When each ticket was sold. */
  readonly soldAt: number[];
  readonly fates: Fate[];
}

export const emptyLog = (): SaleLog => ({
  ...{ locks: [], refused: [], purchases: [], payments: [], searches: [], soldAt: [], fates: [] },
});

/** The figures by which a prediction is compared. */
export interface Outcome {
  readonly figure: string;
  readonly value: number;
  /** Has to be within a factor of two. */
  readonly main: boolean;
}

export function outcomeOf({
  locks,
  refused,
  purchases,
  payments,
  searches,
  soldAt,
  fates,
}: SaleLog): Outcome[] {
  const at = (values: number[], share: number) =>
    quantile(
      [...values].sort((a, b) => a - b),
      share,
    );
  const count = (fate: Fate) => fates.filter((each) => each === fate).length;
  // The last few wait for whoever thinks longest: that says little of the system.
  const most = at(soldAt, 0.9);
  const figure = (figure: string, value: number, main = false) => ({ figure, value, main });
  return [
    figure("tickets sold", soldAt.length),
    figure("nine tenths of them sold after, s", most / 1000),
    figure("purchases a second until then", (0.9 * soldAt.length) / (most / 1000), true),
    figure("the last one sold after, s", Math.max(...soldAt) / 1000),
    figure("refused locks", refused.length),
    figure("searches", searches.length),
    figure("buyers who left without", count("left without")),
    figure("search p50, ms", at(searches, 0.5)),
    figure("search p95, ms", at(searches, 0.95)),
    figure("CreateOrder granted p50, ms", at(locks, 0.5)),
    figure("CreateOrder granted p95, ms", at(locks, 0.95)),
    figure("CreateOrder refused p50, ms", at(refused, 0.5)),
    figure("confirm → COMPLETE p50, ms", at(payments, 0.5)),
    figure("confirm → COMPLETE p95, ms", at(payments, 0.95)),
    figure("lock → COMPLETE p50, ms", at(purchases, 0.5), true),
    figure("lock → COMPLETE p95, ms", at(purchases, 0.95), true),
  ];
}
