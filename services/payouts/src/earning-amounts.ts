import { EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import type { Earning } from "./earning.ts";

/** A part of what one sale earned, kept for what the seller owes of another one. */
export interface Netting {
  /** The order's id of the other sale. */
  orderId: string;
  /** Minor units. */
  amount: number;
}

const sum = (nettings: readonly Netting[] = []): number =>
  nettings.reduce((total, { amount }) => total + amount, 0);

/** What the seller gets, in minor units. */
export const netOf = ({ price, fee }: Pick<Earning, "price" | "fee">): number => price.minorUnits - fee;

/** What of it is kept for what the seller owes of other sales, in minor units. */
export const keptOf = ({ keptFor }: Pick<Earning, "keptFor">): number => sum(keptFor);

/** What is transferred of it, in minor units: all but what is kept. */
export const transferOf = (earning: Earning): number =>
  netOf(earning) - sum(earning.keptFor ?? earning.begun?.nettings);

/** What the seller owes of it, in minor units. */
export const owedOf = (earning: Earning): number =>
  earning.status === EarningStatus.OWED ? netOf(earning) - sum(earning.paidBy) - (earning.takenBack ?? 0) : 0;

/** What stays with the seller of the transfer when the rest is taken back, since other sales have paid it already. */
export const stayingOf = (earning: Earning): number => Math.max(0, sum(earning.paidBy) - keptOf(earning));

/** What of the transfer can still be taken back, in minor units. */
export const reversibleOf = (earning: Earning): number =>
  earning.takenBack === undefined ? transferOf(earning) - stayingOf(earning) : 0;

/** Whether what is owed is to be taken back, or waits for another earning to pay it: the buyer has the money. */
export const isRecoverable = (earning: Earning): boolean =>
  earning.status === EarningStatus.OWED &&
  earning.refundedTime !== undefined &&
  (earning.reserved !== undefined || reversibleOf(earning) > 0);
