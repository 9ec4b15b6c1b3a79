import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "@jest/globals";
import { TicketFilterSchema } from "@ticketing/proto/catalog/v1/catalog_service";
import fc from "fast-check";
import { limitsOf } from "../form/limits.ts";
import { toFilter } from "./filter.ts";
import { browseSearch, countFilters, eventSearch, longest } from "./search.ts";

test("what is looked for may be as long as the contract takes", () => {
  const { query, city } = TicketFilterSchema.field;
  expect(longest).toEqual({ q: Number(limitsOf(query).max), city: Number(limitsOf(city).max) });
});

describe("an address of the browse page", () => {
  test("gives back what it says", () => {
    const search = {
      q: "jazz",
      category: "concert",
      city: "Paris",
      from: "2026-12-01",
      min: 20,
      instant: "yes",
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
    expect(browseSearch({ q: "1984", max: "50" })).toEqual({ q: "1984", max: 50 });
    expect(browseSearch({ q: "1e3", city: "true" })).toEqual({ q: "1e3", city: "true" });
    expect(browseSearch({ max: "٥٠" })).toEqual({ max: 50 });
    expect(browseSearch({ max: "49.99" })).toEqual({ max: 49.99 });
    expect(browseSearch({ min: "1e3", max: "0x10" })).toEqual({});
    expect(browseSearch({ min: "49.999", max: "4.5.6" })).toEqual({});
  });

  test("says every parameter, so that nothing comes back from the raw address", () => {
    const keys = ["q", "category", "city", "from", "to", "min", "max", "currency", "instant", "sort", "view"];
    expect(Object.keys(browseSearch({})).sort()).toEqual(keys.sort());
    expect(Object.keys(eventSearch({}))).toEqual(["sort", "instant"]);
  });

  test.each([
    "2026-02-30",
    "0000-01-01",
    "9999-12-31",
    "2026-1-1",
    "2026-12-31T00:00",
    "٢٠٢٦-١٢-٣١",
    "yesterday",
  ])("takes %s for no day", (from) => {
    expect(browseSearch({ from })).toEqual({});
  });

  test("cuts words between characters", () => {
    expect(browseSearch({ q: "🎷".repeat(101) }).q).toBe("🎷".repeat(100));
  });

  test("becomes a filter, whatever it says", () => {
    const anything = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("1e3", "-1", "NaN", "2026-02-29", "EUR"),
    );
    const names = [
      "q",
      "category",
      "city",
      "from",
      "to",
      "min",
      "max",
      "currency",
      "instant",
      "sort",
      "view",
    ];
    const address = fc.dictionary(fc.constantFrom(...names), anything);
    fc.assert(
      fc.property(address, (given) => {
        expect(
          toBinary(TicketFilterSchema, create(TicketFilterSchema, toFilter(browseSearch(given)))),
        ).toBeDefined();
      }),
    );
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
    expect(toFilter({ max: 49.99, currency: "EUR" })).toMatchObject({ maxPrice: 4_999n });
    expect(toFilter({ q: "jazz" })).toMatchObject({ currency: "" });
  });

  test("days are those of the venue's calendar, whose zone the address does not know", () => {
    expect(toFilter({ from: "2026-12-31", to: "2027-01-02" })).toMatchObject({
      dateFrom: "2026-12-31",
      dateUntil: "2027-01-02",
    });
    expect(toFilter({ q: "jazz" })).toMatchObject({ dateFrom: "", dateUntil: "" });
  });
});

test("a range counts as one filter", () => {
  expect(
    countFilters({ q: "jazz", min: 1, max: 2, from: "2026-12-01", to: "2026-12-02", sort: "newest" }),
  ).toBe(2);
});
