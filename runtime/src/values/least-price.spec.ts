import { create } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import { describe, expect, it } from "@jest/globals";
import {
  CreateTicketRequestSchema,
  UpdateTicketRequestSchema,
} from "@ticketing/proto/tickets/v1/ticket_service";
import { errorInfoOf } from "../process/domain-error.ts";
import { type FeePolicy, requireSaleable } from "./fees.ts";

const validator = createValidator();
/** The rules that a price breaks in the two requests that set one. */
function broken(price: { minorUnits: bigint; currency: string }): string[][] {
  return [CreateTicketRequestSchema, UpdateTicketRequestSchema].map((schema) => {
    const { violations = [] } = validator.validate(schema, create(schema, { price }));
    return violations.filter(({ ruleId }) => ruleId === "price.payable").map(({ message }) => message);
  });
}
/** With the least minimum of all, so that the charge alone decides. */
const policy: FeePolicy = new Map(
  ["EUR", "GBP", "USD"].map((currency) => [currency, { basisPoints: 1_000, minimum: 0 }]),
);
function refusal(minorUnits: number, currency: string) {
  try {
    requireSaleable(policy, { minorUnits, currency });
    return undefined;
  } catch (error) {
    return errorInfoOf(error);
  }
}

describe("the least price", () => {
  // https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
  it.each([
    ["USD", 50],
    ["EUR", 50],
    ["GBP", 30],
  ])(
    "in %s is %d, in the contract of listing and editing and for tickets that are there",
    (currency, least) => {
      for (const minorUnits of [1, 10, least - 1]) {
        const message = `must be at least ${least} minor units`;
        expect(broken({ minorUnits: BigInt(minorUnits), currency })).toEqual([[message], [message]]);
        expect(refusal(minorUnits, currency)).toMatchObject({
          reason: "PRICE_TOO_LOW",
          metadata: { minorUnits: String(least), currency },
        });
      }
      for (const minorUnits of [least, least + 1, 10_000_000]) {
        expect(broken({ minorUnits: BigInt(minorUnits), currency })).toEqual([[], []]);
        expect(refusal(minorUnits, currency)).toBeUndefined();
      }
    },
  );

  it("does not hide that a currency is none of ours", () => {
    const { violations = [] } = validator.validate(
      CreateTicketRequestSchema,
      create(CreateTicketRequestSchema, { price: { minorUnits: 10_000n, currency: "XXX" } }),
    );
    expect(violations.map(({ ruleId }) => ruleId)).toContain("string.in");
  });
});
