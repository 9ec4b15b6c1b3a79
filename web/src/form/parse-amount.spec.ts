import { describe, expect, it, test } from "@jest/globals";
import fc from "fast-check";
import { amountText, parseAmount } from "./parse-amount.ts";

describe("an amount as people type it", () => {
  test.each([
    ["45", "EUR", "en-GB", 4_500n],
    ["45.5", "EUR", "en-GB", 4_550n],
    ["45.", "EUR", "en-GB", 4_500n],
    [".5", "USD", "en-US", 50n],
    ["€45.00", "EUR", "en-GB", 4_500n],
    ["US$ 45", "USD", "en-GB", 4_500n],
    ["$45", "USD", "en-GB", 4_500n],
    ["45 EUR", "EUR", "en-GB", 4_500n],
    ["1,234.50", "GBP", "en-GB", 123_450n],
    ["1,234", "GBP", "en-GB", 123_400n],
    ["45,50", "EUR", "en-GB", 4_550n],
    ["1.234,50 €", "EUR", "de-DE", 123_450n],
    ["1.234", "EUR", "de-DE", 123_400n],
    ["45.5", "EUR", "de-DE", 4_550n],
    ["1 234,5", "EUR", "fr-FR", 123_450n],
    ["1’234.50", "EUR", "de-CH", 123_450n],
    ["1,234,567.89", "USD", "en-US", 123_456_789n],
    ["0", "USD", "en-US", 0n],
    ["4503599627370497.01", "USD", "en-US", 450_359_962_737_049_701n],
  ])("%s (%s, %s) is exact", (typed, currency, locale, minorUnits) => {
    expect(parseAmount(typed, currency, locale)).toBe(minorUnits);
  });

  test.each([
    ["", "EUR", "en-GB"],
    [".", "EUR", "en-GB"],
    ["forty", "EUR", "en-GB"],
    ["-5", "EUR", "en-GB"],
    ["4e3", "EUR", "en-GB"],
    ["45.005", "EUR", "en-GB"],
    ["45,005", "EUR", "de-DE"],
    ["1,23,4", "EUR", "en-GB"],
    ["1.2.3", "EUR", "en-GB"],
    ["12,34.50", "EUR", "en-GB"],
    ["£45", "EUR", "en-GB"],
  ])("%s (%s, %s) is none", (typed, currency, locale) => {
    expect(parseAmount(typed, currency, locale)).toBeUndefined();
  });

  it("comes back as what it was, whoever's way of writing it is", () => {
    const locales = fc.constantFrom("en-GB", "en-US", "de-DE", "fr-FR", "de-CH", "pt-BR", "sv-SE", "ar-EG");
    const currencies = fc.constantFrom("USD", "EUR", "GBP");
    fc.assert(
      fc.property(fc.bigInt(0n, 10_000_000n), currencies, locales, (minorUnits, currency, locale) => {
        expect(parseAmount(amountText(minorUnits, currency, locale), currency, locale)).toBe(minorUnits);
      }),
    );
  });
});
