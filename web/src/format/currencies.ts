/** The currencies that the contract takes for a price, as ISO 4217 codes. */
export const currencies = ["USD", "EUR", "GBP"] as const;
export type Currency = (typeof currencies)[number];
