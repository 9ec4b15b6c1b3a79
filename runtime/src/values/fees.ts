import { DomainError } from "../process/domain-error.ts";
import type { Money } from "./money.ts";

/** What the marketplace keeps of a price in one currency. */
export interface FeeRate {
  /** Hundredths of a percent of the price. */
  basisPoints: number;
  /** The least fee, in minor units. */
  minimum: number;
}

/** The fee in each currency that the platform settles in, by ISO 4217 code. In another currency nothing is sold. */
export type FeePolicy = ReadonlyMap<string, FeeRate>;

const BASIS = 10_000;

/** The fee's rate in a currency. Throws CURRENCY_NOT_OFFERED. */
function rateOf(policy: FeePolicy, currency: string): FeeRate {
  const rate = policy.get(currency);
  if (rate) return rate;
  const currencies = [...policy.keys()].join(",");
  throw new DomainError("CURRENCY_NOT_OFFERED", "nothing is sold in this currency", { currencies });
}

/** The least price, in minor units, of which something is left for the seller. Throws CURRENCY_NOT_OFFERED. */
export const leastPriceOf = (policy: FeePolicy, currency: string): number =>
  rateOf(policy, currency).minimum + 1;

/**
 * What the marketplace keeps of a price, in minor units of its currency: the share, rounded down in the seller's favour,
 * and at least the minimum. The seller gets the rest, which is 1 or more. Throws PRICE_TOO_LOW where nothing would be
 * left, and CURRENCY_NOT_OFFERED.
 */
export function feeOf(policy: FeePolicy, { minorUnits, currency }: Money): number {
  const { basisPoints, minimum } = rateOf(policy, currency);
  const least = leastPriceOf(policy, currency);
  if (minorUnits < least) throw priceTooLow({ minorUnits: least, currency });
  return Math.max(minimum, Math.floor((minorUnits * basisPoints) / BASIS));
}

/** The refusal of a price that is below the least. */
export const priceTooLow = ({ minorUnits, currency }: Money) =>
  new DomainError("PRICE_TOO_LOW", "the price is below the least", {
    minorUnits: String(minorUnits),
    currency,
  });
