const charges: Readonly<Record<string, bigint>> = { USD: 50n, EUR: 50n, GBP: 30n };

/**
 * The least that a card can be charged in a currency, in minor units. The contract says it in the expression of its rule
 * `price.payable`, which cannot be read as a number.
 */
export const leastCharge = (currency: string): bigint => charges[currency] ?? 0n;
