import { create } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import { MoneySchema } from "@ticketing/proto/type/v1/money";
import { z } from "zod";
import type { FeePolicy, FeeRate } from "./fees.ts";
import { type Money, moneyInit } from "./money.ts";

/** Half of the price: more is a slip of whoever wrote it. */
const MOST_BASIS_POINTS = 5_000;

const validator = createValidator();
const isOfContract = (money: Money): boolean =>
  validator.validate(MoneySchema, create(MoneySchema, moneyInit(money))).kind === "valid";

/** One currency's part of the variable, or what is wrong with it. */
function parsedRate(part: string): [currency: string, FeeRate] | string {
  const [, currency = "", share, minimum] = /^([A-Z]{3}):(\d{1,5}):(\d{1,8})$/.exec(part) ?? [];
  const rate = { basisPoints: Number(share), minimum: Number(minimum) };
  if (!currency) return "must be like EUR:1000:50, the currency, basis points and the minimum in minor units";
  if (!isOfContract({ minorUnits: 1, currency })) return `${currency} is no currency of the contracts`;
  if (rate.basisPoints > MOST_BASIS_POINTS)
    return `${currency} has more than ${MOST_BASIS_POINTS} basis points`;
  if (!isOfContract({ minorUnits: rate.minimum + 1, currency })) {
    return `${currency} has a minimum that no price exceeds`;
  }
  return [currency, rate];
}

/**
 * The variable FEES, such as `EUR:1000:50,USD:1000:50`: of euros 10 % and at least 0.50. The currencies that it names are
 * the ones that are offered, so it names those that the platform's account at the payment provider settles in.
 */
export const fees = z.string().transform((text, context): FeePolicy => {
  const policy = new Map<string, FeeRate>();
  for (const part of text.split(",")) {
    const parsed = parsedRate(part.trim());
    const fault = typeof parsed !== "string" && policy.has(parsed[0]) ? `names ${parsed[0]} twice` : parsed;
    if (typeof fault === "string") context.addIssue(fault);
    else policy.set(...fault);
  }
  return policy;
});

const tenPercent = (minimum: number): FeeRate => ({ basisPoints: 1_000, minimum });

/** The policy where nobody sets another: each currency of the contracts. */
export const defaultFees: FeePolicy = new Map([
  ["EUR", tenPercent(50)],
  ["GBP", tenPercent(40)],
  ["USD", tenPercent(50)],
]);

/** What each service reads that knows of fees: one variable for all, so that no listing promises another fee. */
export const feesConfig = z.object({ FEES: fees.default(defaultFees) });
