import { expect, test } from "@jest/globals";
import { countryCodes, countryName, timeZonesOf } from "./country.ts";

test("countries are named, and listed by name without parts, groups, tests and former ones", () => {
  expect(countryName("GB")).toBe("United Kingdom");
  const codes = countryCodes();
  for (const code of ["AT", "GB", "JP", "US", "TW", "XK"]) expect(codes).toContain(code);
  for (const code of ["EU", "UN", "UK", "SU", "ZZ", "XA", "DD", "IC"]) expect(codes).not.toContain(code);
  expect(codes).toHaveLength(250);
  expect(codes.indexOf("AT")).toBeLessThan(codes.indexOf("BE"));
});

test("a country has its own time zones, and nobody's country has all", () => {
  expect(timeZonesOf("US")).toContain("America/New_York");
  expect(timeZonesOf("").length).toBeGreaterThan(300);
});
