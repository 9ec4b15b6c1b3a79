import { expect, test } from "@jest/globals";
import { formatMoney } from "./format-money.ts";

test.each([
  ["en-GB", 4_500n, "EUR", "€45.00"],
  ["en-GB", 5n, "GBP", "£0.05"],
  ["en-US", 123_450n, "USD", "$1,234.50"],
  ["de-DE", 123_450n, "EUR", "1.234,50\u00a0€"],
  ["fr-FR", 123_450n, "EUR", "1\u202f234,50\u00a0€"],
  ["hi-IN", 12_345_650n, "EUR", "€1,23,456.50"],
  ["ar-EG", 123_450n, "USD", "\u200f١٬٢٣٤٫٥٠\u00a0US$"],
  ["en-US", 900_719_925_474_099_301n, "USD", "$9,007,199,254,740,993.01"],
])("%s writes %s of %s as %s", (locale, minorUnits, currency, text) => {
  expect(formatMoney({ minorUnits, currency }, locale)).toBe(text);
});
