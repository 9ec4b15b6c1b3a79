import { EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import type { Earning } from "./earning.ts";

/** A part of what one sale earned, kept for what the seller owes of another one. */
export interface Netting {
  /** The order's id of the other sale. */
  orderId: string;
  /** Minor units. */
  amount: number;
}

/** A part of the price that goes back to the buyer while the sale stands; amounts in minor units. */
export interface Part {
  id: string;
  /** What of the price goes back. */
  amount: number;
  /** What of that the seller bears. The platform bears the rest, since its fee falls with the price. */
  net: number;
  /** The seller had the money before: that share of it is owed. */
  isOwed?: true;
  /** When the buyer was recorded to have it; absent: whether it goes back is not known yet. */
  refundedTime?: Date;
}

type Priced = Pick<Earning, "price" | "fee" | "parts">;

const sum = (nettings: readonly { amount: number }[] = []): number =>
  nettings.reduce((total, { amount }) => total + amount, 0);

const shareOf = (parts: readonly Part[]): number => parts.reduce((total, { net }) => total + net, 0);

/** What went back of the price in parts, or is about to, in minor units. */
export const partsOf = ({ parts }: Pick<Earning, "parts">): number => sum(parts);

/** What is left of the price, in minor units. */
export const leftOf = (earning: Priced): number => earning.price.minorUnits - partsOf(earning);

/** What the seller gets, in minor units. */
export const netOf = ({ price, fee, parts = [] }: Priced): number => price.minorUnits - fee - shareOf(parts);

/** What the platform keeps, in minor units: with the net amount it is all that is left of the price. */
export const feeOf = (earning: Priced): number => leftOf(earning) - netOf(earning);

/**
 * What the seller gets of what is left of a price, in minor units: the fee is owed for what was paid in the end, so it falls
 * in proportion, rounded down. It is positive while something is left.
 */
export const netOfLeft = ({ price, fee }: Pick<Earning, "price" | "fee">, left: number): number =>
  left - Number((BigInt(fee) * BigInt(left)) / BigInt(price.minorUnits));

/** What of it is kept for what the seller owes of other sales, in minor units. */
export const keptOf = ({ keptFor }: Pick<Earning, "keptFor">): number => sum(keptFor);

/** What the seller gets or got before something is owed of it, in minor units. */
const payableOf = ({ parts = [], ...earning }: Earning): number =>
  netOf({ ...earning, parts: parts.filter(({ isOwed }) => !isOwed) });

/** What is transferred of it, in minor units: all but what is kept. */
export const transferOf = (earning: Earning): number =>
  payableOf(earning) - sum(earning.keptFor ?? earning.begun?.nettings);

const owedParts = ({ parts = [] }: Earning): Part[] => parts.filter(({ isOwed }) => isOwed);

/** Whether all of it is owed, and not parts alone. An earlier release knew no parts, and did not say so. */
export const isWholeOwed = (earning: Earning): boolean =>
  earning.status === EarningStatus.OWED && (earning.wholeOwed ?? owedParts(earning).length === 0);

const settledOf = (earning: Earning): number => sum(earning.paidBy) + (earning.takenBack ?? 0);

/** What the seller owes of it, in minor units, also before the buyer has the money. */
export function owedOf(earning: Earning): number {
  if (earning.status !== EarningStatus.OWED) return 0;
  const claim = isWholeOwed(earning) ? payableOf(earning) : shareOf(owedParts(earning));
  return claim - settledOf(earning);
}

/** What is owed because the buyer has the money, whether or not it was paid since, in minor units. */
function claimOf(earning: Earning): number {
  if (earning.status !== EarningStatus.OWED) return 0;
  if (earning.refundedTime !== undefined) return payableOf(earning);
  return shareOf(owedParts(earning).filter(({ refundedTime }) => refundedTime));
}

/** What of it can be kept from other earnings now, in minor units: the buyer has the money. */
export const dueOf = (earning: Earning): number => Math.max(0, claimOf(earning) - settledOf(earning));

/**
 * What of the transfer is to be with the platform again, in minor units: what is owed, but for what other sales have paid of
 * it.
 */
export const backOf = (earning: Earning): number =>
  Math.max(0, Math.min(transferOf(earning), claimOf(earning) - sum(earning.paidBy)));

/** What of the transfer can still be taken back, in minor units. */
export const reversibleOf = (earning: Earning): number =>
  Math.max(0, backOf(earning) - (earning.takenBack ?? 0));

/** Whether what is owed is to be taken back, or waits for another earning to pay it: the buyer has the money. */
export const isRecoverable = (earning: Earning): boolean =>
  earning.status === EarningStatus.OWED && (earning.reserved !== undefined || reversibleOf(earning) > 0);
