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

/**
 * The least that Stripe charges in a currency, in minor units. The contract of CreateTicket and UpdateTicket refuses
 * less; tickets that were listed before it did are held against this table when somebody wants to buy.
 * https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
 */
const CHARGEABLE: Readonly<Record<string, number>> = { EUR: 50, GBP: 30, USD: 50 };

/**
 * The least price, in minor units: a card can be charged with it, and something is left for the seller. Throws
 * CURRENCY_NOT_OFFERED.
 */
export const leastPriceOf = (policy: FeePolicy, currency: string): number =>
  Math.max(CHARGEABLE[currency] ?? 0, rateOf(policy, currency).minimum + 1);

/** Throws PRICE_TOO_LOW with the least price, or CURRENCY_NOT_OFFERED, for a price at which nothing can be sold. */
export function requireSaleable(policy: FeePolicy, { minorUnits, currency }: Money): void {
  const least = leastPriceOf(policy, currency);
  if (minorUnits >= least) return;
  throw new DomainError("PRICE_TOO_LOW", "the price is below the least", {
    minorUnits: String(least),
    currency,
  });
}

/**
 * What the marketplace keeps of a price, in minor units of its currency: the share, rounded down in the seller's favour,
 * and at least the minimum. The seller gets the rest, which is 1 or more. Throws PRICE_TOO_LOW and CURRENCY_NOT_OFFERED.
 */
export function feeOf(policy: FeePolicy, price: Money): number {
  requireSaleable(policy, price);
  const { basisPoints, minimum } = rateOf(policy, price.currency);
  return Math.max(minimum, Math.floor((price.minorUnits * basisPoints) / BASIS));
}
