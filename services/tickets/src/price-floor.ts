import { DomainError } from "@ticketing/runtime/process/domain-error";

/**
 * The least that Stripe charges in a currency, in minor units. The contract of CreateTicket and UpdateTicket
 * refuses less; tickets that were listed before it did are held against this table when somebody wants to buy.
 * https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
 */
const LEAST: Readonly<Record<string, number>> = { EUR: 50, GBP: 30, USD: 50 };

/** Throws PRICE_TOO_LOW for a price that nobody can pay: it would only cost the buyer the time of the lock. */
export function requirePayable({ minorUnits, currency }: { minorUnits: number; currency: string }): void {
  const least = LEAST[currency];
  if (least === undefined || minorUnits >= least) return;
  throw new DomainError("PRICE_TOO_LOW", "the price is below what can be paid", {
    minorUnits: String(least),
    currency,
  });
}
