import { describe, expect, it } from "@jest/globals";
import { needsSecondPerson, secondPersonLimits } from "./second-person.ts";

describe("a second person", () => {
  const limits = secondPersonLimits.parse("EUR:50000,USD:40000");
  it.each([
    ["EUR", 50_000, false],
    ["EUR", 50_001, true],
    ["USD", 40_001, true],
    ["GBP", 1, true],
  ])("of %s %s has to agree: %s", (currency, minorUnits, wanted) => {
    expect(needsSecondPerson(limits, { currency, minorUnits })).toBe(wanted);
  });
  it.each(["", "EUR", "EUR:-1", "eur:5", "EUR:1,EUR:2"])("is not told by %j", (text) => {
    expect(secondPersonLimits.safeParse(text).success).toBe(false);
  });
});
