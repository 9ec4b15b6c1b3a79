import { expect, test } from "@jest/globals";
import { isCountry } from "./countries.ts";

/** Codes that the platform names beside those of countries: of parts of countries, of groups, former ones, and tests. */
const OTHERS = ["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"];

test("the countries are those that the platform knows, and no other code of two letters is one", () => {
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  const codes = letters.flatMap((first) => letters.map((second) => first + second));
  const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
  const known = codes
    .filter((code) => names.of(code) && !OTHERS.includes(code))
    // Of a former country, the one that it is now.
    .filter((code) => new Intl.Locale(`und-${code}`).region === code);
  expect(codes.filter(isCountry)).toEqual(known);
  expect(known).toHaveLength(250);
  for (const other of ["", "gb", "GBR", "UK", "XX", "ZZ"]) expect(isCountry(other)).toBe(false);
});
