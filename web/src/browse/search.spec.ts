import { describe, expect, test } from "@jest/globals";
import { toFilter } from "./filter.ts";
import { browseSearch, countFilters } from "./search.ts";

describe("an address of the browse page", () => {
  test("gives back what it says", () => {
    const search = {
      q: "jazz",
      category: "concert",
      city: "Paris",
      from: "2026-12-01",
      min: 20,
      sort: "cheapest",
    };
    expect(browseSearch(search)).toEqual(search);
  });

  test("leaves out what makes no sense instead of failing", () => {
    const nonsense = {
      q: { a: 1 },
      category: "opera",
      from: "yesterday",
      to: "2026-13-45",
      min: -3,
      max: "lots",
    };
    expect(browseSearch({ ...nonsense, currency: "XXX", sort: "best", view: "map" })).toEqual({});
  });

  test("takes words that look like numbers as words, and prices that were typed as text", () => {
    expect(browseSearch({ q: 1984, max: "50" })).toEqual({ q: "1984", max: 50 });
  });
});

describe("as a filter of the API", () => {
  test("prices are minor units and have a currency", () => {
    expect(toFilter({ min: 20, max: 50 })).toMatchObject({
      minPrice: 2000n,
      maxPrice: 5000n,
      currency: "USD",
    });
    expect(toFilter({ max: 50, currency: "EUR" })).toMatchObject({ currency: "EUR" });
    expect(toFilter({ q: "jazz" })).toMatchObject({ currency: "" });
  });

  test("the last day counts whole", () => {
    const filter = toFilter({ from: "2026-12-31", to: "2026-12-31" });
    const seconds = Number(filter.startBefore?.seconds) - Number(filter.startAfter?.seconds);
    expect(seconds).toBe(24 * 3600);
  });
});

test("a range counts as one filter", () => {
  expect(
    countFilters({ q: "jazz", min: 1, max: 2, from: "2026-12-01", to: "2026-12-02", sort: "newest" }),
  ).toBe(2);
});
