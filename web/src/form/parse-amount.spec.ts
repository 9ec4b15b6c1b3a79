import { describe, expect, it, test } from "@jest/globals";
import fc from "fast-check";
import { formatMoney } from "../format/format-money.ts";
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
    ["١٢٣٤٫٥٠", "EUR", "ar-EG", 123_450n],
    ["١٬٢٣٤٫٥٠", "USD", "ar-EG", 123_450n],
    ["١٬٢٣٤", "EUR", "de-DE", 123_400n],
    ["١٬٢٣٤", "EUR", "ar-EG", 123_400n],
    ["٤٥٫٥", "EUR", "en-GB", 4_550n],
    ["£45", "GBP", "ar-EG", 4_500n],
    ["$45", "USD", "fa-IR", 4_500n],
    ["٤٥،٥", "EUR", "ar-EG", 4_550n],
    ["\u200f٤٥٫٠٠\u00a0US$", "USD", "ar-EG", 4_500n],
    ["۱٬۲۳۴٫۵", "EUR", "fa-IR", 123_450n],
    ["€१,२३,४५६.५०", "EUR", "hi-IN", 12_345_650n],
    ["1,23,456.50", "EUR", "en-IN", 12_345_650n],
    ["१२३४.५", "EUR", "mr-IN", 123_450n],
    ["৪৫.৫০", "GBP", "bn-BD", 4_550n],
    ["๔๕.๕", "USD", "th-TH", 4_550n],
    ["＄１，２３４．５０", "USD", "ja-JP", 123_450n],
    ["４５", "EUR", "zh-CN", 4_500n],
    ["４５。５", "EUR", "ja-JP", 4_550n],
    ["45｡5", "EUR", "ja-JP", 4_550n],
    ["1、234", "EUR", "ja-JP", 123_400n],
    ["﹩45", "USD", "zh-TW", 4_500n],
    ["45·50", "GBP", "en-GB", 4_550n],
    ["45,-", "EUR", "de-DE", 4_500n],
    ["45,– €", "EUR", "de-DE", 4_500n],
    ["45.--", "EUR", "de-CH", 4_500n],
    ["45eur", "EUR", "en-GB", 4_500n],
    ["Usd 45", "USD", "en-US", 4_500n],
    ["4٥", "EUR", "ar-EG", 4_500n],
    ["४५.५०", "EUR", "en-GB", 4_550n],
    ["４５．５", "EUR", "en-GB", 4_550n],
    ["\u206645\u2069", "EUR", "en-GB", 4_500n],
    ["\ufeff45\u200b", "EUR", "en-GB", 4_500n],
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
    ["١٫٢٣٤", "EUR", "de-DE"],
    ["١٫٢٫٣", "EUR", "ar-EG"],
    ["١٬٢", "EUR", "ar-EG"],
    ["1,23,456", "EUR", "en-GB"],
    ["4²", "EUR", "en-GB"],
    ["½", "EUR", "en-GB"],
    ["四十五", "EUR", "zh-CN"],
    ["−٥", "EUR", "ar-EG"],
    ["45-", "EUR", "de-DE"],
    ["45,-5", "EUR", "de-DE"],
    [",-", "EUR", "de-DE"],
    ["45usd", "EUR", "en-GB"],
    ["④⑤", "EUR", "ja-JP"],
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

  it.each([
    ["ff-Adlm", "€ 𞥑⹁𞥒𞥓𞥔.𞥕𞥖", 123_456n],
    ["nqo", "€ ߁߀߀،߀߀߀", 10_000_000n],
    ["nqo", "€ ߁،߂߃߄.߅߆", 123_456n],
  ])("takes the mark of thousands that the reader writes (%s, %s)", (locale, typed, minorUnits) => {
    expect(parseAmount(typed, "EUR", locale)).toBe(minorUnits);
  });

  it("may be typed as the page prints it", () => {
    const languages = [
      "ar-EG",
      "ar-SA",
      "fa-IR",
      "ur-PK",
      "hi-IN",
      "mr-IN",
      "ne-NP",
      "bn-BD",
      "bn-IN",
      "as-IN",
    ];
    const more = [
      "my-MM",
      "dz-BT",
      "ckb-IQ",
      "ps-AF",
      "sd-PK",
      "ff-Adlm",
      "nqo",
      "th-TH-u-nu-thai",
      "ja-JP-u-nu-fullwide",
      "en-IN",
    ];
    const europe = ["en-GB", "de-DE", "fr-FR", "de-CH", "pt-PT", "es-ES", "pl-PL", "sv-SE", "de-AT", "en-ZA"];
    const locales = fc.constantFrom(...languages, ...more, ...europe);
    const currencies = fc.constantFrom("USD", "EUR", "GBP");
    fc.assert(
      fc.property(fc.bigInt(0n, 10_000_000n), currencies, locales, (minorUnits, currency, locale) => {
        expect(parseAmount(formatMoney({ minorUnits, currency }, locale), currency, locale)).toBe(minorUnits);
      }),
      { numRuns: 500 },
    );
  });
});
