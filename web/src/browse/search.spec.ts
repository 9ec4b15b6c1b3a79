import { describe, expect, test } from "@jest/globals";
import { inZone } from "../../testing/in-zone.ts";
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

  const programs = new URL("../../testing/in-zone-programs.ts", import.meta.url);
  test.each([
    ["Europe/London", "2026-12-31", "2026-12-31T00:00Z", 24],
    ["Europe/London", "2027-03-28", "2027-03-28T00:00Z", 23],
    ["Europe/London", "2027-10-31", "2027-10-30T23:00Z", 25],
    ["America/St_Johns", "2028-02-29", "2028-02-29T03:30Z", 24],
    ["Asia/Kathmandu", "2026-12-31", "2026-12-30T18:15Z", 24],
    ["Pacific/Kiritimati", "2027-01-01", "2026-12-31T10:00Z", 24],
    ["Australia/Lord_Howe", "2027-04-04", "2027-04-03T13:00Z", 24.5],
    ["America/Santiago", "2027-09-05", "2027-09-05T04:00Z", 23],
  ])("the last day counts whole: in %s, %s", (zone, day, start, hours) => {
    const seconds = Date.parse(start) / 1000;
    expect(inZone(zone, programs, "secondsOfDay", [day])).toEqual([[seconds, seconds + hours * 3600]]);
  });
});

test("a range counts as one filter", () => {
  expect(
    countFilters({ q: "jazz", min: 1, max: 2, from: "2026-12-01", to: "2026-12-02", sort: "newest" }),
  ).toBe(2);
});
