import { z } from "zod";
import type { Money } from "./money.ts";

/** Up to which amount one operator decides alone, by currency, in minor units. In others nobody decides alone. */
export type SecondPersonLimits = ReadonlyMap<string, number>;

const LIMIT = /^([A-Z]{3}):(\d{1,9})$/;

/** A setting such as `EUR:50000,USD:50000`: up to 500.00 of each one operator decides alone. */
export const secondPersonLimits = z.string().transform((text, context): SecondPersonLimits => {
  const limits = new Map<string, number>();
  for (const part of text.split(",")) {
    const [, currency = "", limit] = LIMIT.exec(part.trim()) ?? [];
    if (!currency) context.addIssue("must be like EUR:50000, the currency and an amount in minor units");
    else if (limits.has(currency)) context.addIssue(`names ${currency} twice`);
    else limits.set(currency, Number(limit));
  }
  return limits;
});

/** Where nobody sets others. */
export const defaultLimits: SecondPersonLimits = new Map([
  ["EUR", 50_000],
  ["GBP", 50_000],
  ["USD", 50_000],
]);

/** Whether a second operator has to agree to a decision about this amount. */
export const needsSecondPerson = (limits: SecondPersonLimits, { minorUnits, currency }: Money): boolean =>
  minorUnits > (limits.get(currency) ?? -1);
