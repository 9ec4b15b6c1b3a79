import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { errorInfoOf } from "../process/domain-error.ts";
import { type FeePolicy, feeOf, leastPriceOf } from "./fees.ts";
import { feesConfig } from "./fees-config.ts";

const parsed = (FEES?: string) => feesConfig.safeParse({ FEES });
const faultsOf = (text: string) => parsed(text).error?.issues.map(({ path, message }) => [path[0], message]);
const refusal = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return errorInfoOf(error);
  }
};

/** Those of the contract, and yen, which has no smaller unit: the rule knows of minor units alone. */
const anyRate = fc.record({
  basisPoints: fc.integer({ min: 0, max: 5_000 }),
  minimum: fc.integer({ min: 0, max: 9_999_999 }),
});
const anyPolicy = fc
  .record({ EUR: anyRate, GBP: anyRate, USD: anyRate, JPY: anyRate })
  .map((rates): FeePolicy => new Map(Object.entries(rates)));
const anyCurrency = fc.constantFrom("EUR", "GBP", "USD", "JPY");

describe("the fee", () => {
  it("and what the seller gets are the price, the fee at least the minimum, and something is left", () => {
    fc.assert(
      fc.property(
        anyPolicy,
        anyCurrency,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (policy, currency, at) => {
          const least = leastPriceOf(policy, currency);
          const minorUnits = least + Math.floor(at * (10_000_000 - least));
          const { basisPoints = 0, minimum = 0 } = policy.get(currency) ?? {};
          const fee = feeOf(policy, { minorUnits, currency });
          const net = minorUnits - fee;
          expect(Number.isSafeInteger(fee)).toBe(true);
          expect(fee + net).toBe(minorUnits);
          expect(fee).toBeGreaterThanOrEqual(minimum);
          expect(net).toBeGreaterThanOrEqual(1);
          // Exact by integers: the share, rounded down.
          const share = (BigInt(minorUnits) * BigInt(basisPoints)) / 10_000n;
          expect(BigInt(fee)).toBe(share > BigInt(minimum) ? share : BigInt(minimum));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("of a price that leaves nothing is refused with the least price", () => {
    fc.assert(
      fc.property(anyPolicy, anyCurrency, (policy, currency) => {
        const least = leastPriceOf(policy, currency);
        expect(refusal(() => feeOf(policy, { minorUnits: least - 1, currency }))).toMatchObject({
          reason: "PRICE_TOO_LOW",
          metadata: { minorUnits: String(least), currency },
        });
      }),
    );
  });

  it("is asked for in offered currencies alone", () => {
    const policy: FeePolicy = new Map([
      ["EUR", { basisPoints: 1_000, minimum: 50 }],
      ["GBP", { basisPoints: 1_000, minimum: 40 }],
    ]);
    expect(refusal(() => feeOf(policy, { minorUnits: 4_500, currency: "USD" }))).toMatchObject({
      reason: "CURRENCY_NOT_OFFERED",
      metadata: { currencies: "EUR,GBP" },
    });
  });
});

describe("the variable FEES", () => {
  it("names currencies, basis points and minimum; unset, 10 % of each currency of the contracts", () => {
    expect(parsed("EUR:1250:75, USD:0:0").data?.FEES).toEqual(
      new Map([
        ["EUR", { basisPoints: 1_250, minimum: 75 }],
        ["USD", { basisPoints: 0, minimum: 0 }],
      ]),
    );
    expect([...(parsed().data?.FEES.keys() ?? [])]).toEqual(["EUR", "GBP", "USD"]);
  });

  it.each([
    ["EUR", "must be like EUR:1000:50"],
    ["EUR:10%:50", "must be like EUR:1000:50"],
    ["EUR:-1:50", "must be like EUR:1000:50"],
    ["EUR:1000:50,", "must be like EUR:1000:50"],
    ["CHF:1000:50", "CHF is no currency of the contracts"],
    ["EUR:5001:50", "EUR has more than 5000 basis points"],
    ["EUR:1000:10000000", "EUR has a minimum that no price exceeds"],
    ["EUR:1000:50,EUR:900:50", "names EUR twice"],
  ])("is refused at start, by its name, as %j", (text, fault) => {
    expect(faultsOf(text)).toEqual([["FEES", expect.stringContaining(fault)]]);
  });
});
