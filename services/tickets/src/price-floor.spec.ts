import { create } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import { describe, expect, it } from "@jest/globals";
import {
  CreateTicketRequestSchema,
  UpdateTicketRequestSchema,
} from "@ticketing/proto/tickets/v1/ticket_service";
import { errorInfoOf } from "@ticketing/runtime/process/domain-error";
import { requirePayable } from "./price-floor.ts";

const validator = createValidator();
/** The rules that a price breaks in the two requests that set one. */
function broken(price: { minorUnits: bigint; currency: string }): string[][] {
  return [CreateTicketRequestSchema, UpdateTicketRequestSchema].map((schema) => {
    const { violations = [] } = validator.validate(schema, create(schema, { price }));
    return violations.filter(({ ruleId }) => ruleId === "price.payable").map(({ message }) => message);
  });
}
function lockRefusal(minorUnits: number, currency: string) {
  try {
    requirePayable({ minorUnits, currency });
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
        expect(lockRefusal(minorUnits, currency)).toMatchObject({
          reason: "PRICE_TOO_LOW",
          metadata: { minorUnits: String(least), currency },
        });
      }
      for (const minorUnits of [least, least + 1, 10_000_000]) {
        expect(broken({ minorUnits: BigInt(minorUnits), currency })).toEqual([[], []]);
        expect(lockRefusal(minorUnits, currency)).toBeUndefined();
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
