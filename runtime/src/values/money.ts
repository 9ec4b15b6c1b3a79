import type { Money as MoneyMessage } from "@ticketing/proto/type/v1/money";

/** Integer minor units and an ISO 4217 currency. */
export interface Money {
  minorUnits: number;
  currency: string;
}

/** The amount in a message. Throws where there is none: one that was validated, or that a service answered, has it. */
export function moneyOf(message: MoneyMessage | undefined): Money {
  if (!message) throw new Error("a message came without its price");
  return { minorUnits: Number(message.minorUnits), currency: message.currency };
}

/** The amount as messages have it. */
export const moneyInit = ({ minorUnits, currency }: Money) => ({ minorUnits: BigInt(minorUnits), currency });
