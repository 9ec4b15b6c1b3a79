import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { firstPriceOf, priceCell } from "./price-cells.ts";

describe("cells of prices", () => {
  it("hold each price between their own beginning and the next one's", () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 100_000_000 })), (price) => {
        const cell = priceCell(price);
        expect(firstPriceOf(cell)).toBeLessThanOrEqual(price);
        expect(firstPriceOf(cell + 1)).toBeGreaterThan(price);
      }),
    );
  });

  it("begin at 1, 2 and 5 times each power of ten", () => {
    for (const price of [1, 2, 5, 10, 20, 50, 100, 2_000, 5_000, 10_000, 500_000, 1_000_000]) {
      expect(firstPriceOf(priceCell(price))).toBe(price);
    }
  });
});
