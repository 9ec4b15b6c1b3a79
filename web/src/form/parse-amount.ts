import { latinDigits } from "./digits.ts";

/**
 * Reads an amount as people type it, exactly, in minor units: "1,234.50", "1.234,50", "1 234,5", "€45", "١٬٢٣٤٫٥٠". No
 * step uses fractions. Returns undefined for a text that is not an amount, or that is finer than the currency's
 * smallest coin. Where a mark could separate thousands or decimals, the reader's `locale` decides. Every amount that
 * the page prints can be typed.
 */
export function parseAmount(typed: string, currency: string, locale?: string): bigint | undefined {
  const { decimals, group, symbols } = conventions(currency, locale);
  const bare = symbols
    .reduce((text, symbol) => text.replace(plain(symbol), ""), plain(typed))
    .replace(/[\s'’]/g, "")
    // "45,-" has no decimals.
    .replace(/[.,]\p{Pd}{1,2}$/u, "");
  const mark = decimalMark(bare, decimals, group);
  const [whole = "", fraction = "", ...rest] = mark ? bare.split(mark) : [bare];
  if (rest.length > 0 || fraction.length > decimals || !/^\d*$/.test(fraction)) return undefined;
  const digits = withoutGroups(whole, locale);
  if (digits === undefined || digits + fraction === "") return undefined;
  return BigInt(digits + fraction.padEnd(decimals, "0"));
}

/** The marks of Arabic digits for decimals and for thousands. Neither has another use. */
const ARABIC_DECIMAL = "٫";
const ARABIC_GROUP = "٬";

/**
 * Normalizes a text: digits become 0 to 9, wide and narrow signs and the commas and stops of other scripts become the
 * usual ones, and currency codes become upper case. Invisible characters, such as marks of direction, are removed.
 */
function plain(text: string): string {
  return latinDigits(text)
    .replace(/[\ufe50-\ufe6b\uff01-\uff65\uffe0-\uffe6]/g, (sign) => sign.normalize("NFKC"))
    .replace(/[،⹁、]/g, ",")
    .replace(/[。·]/g, ".")
    .replace(/\p{Bidi_Control}|\p{Default_Ignorable_Code_Point}/gu, "")
    .toUpperCase();
}

/** "1234.50" as the reader would type it, without currency sign and thousands separators. */
export function amountText(minorUnits: bigint, currency: string, locale?: string): string {
  const { decimals } = conventions(currency, locale);
  const digits = minorUnits.toString().padStart(decimals + 1, "0");
  const exact = decimals > 0 ? `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}` : digits;
  return new Intl.NumberFormat(locale, {
    useGrouping: false,
    numberingSystem: "latn",
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(exact as `${number}`);
}

function conventions(currency: string, locale: string | undefined) {
  const format = new Intl.NumberFormat(locale, { style: "currency", currency, numberingSystem: "latn" });
  const parts = format.formatToParts(1234567.5);
  // The reader's sign, the same without a country ("$" for "US$"), and the one on keyboards ("£", also in Arabic).
  const narrow = [locale, "en"].map(
    (each) => new Intl.NumberFormat(each, { style: "currency", currency, currencyDisplay: "narrowSymbol" }),
  );
  const symbols = [parts, ...narrow.map((each) => each.formatToParts(1))]
    .flat()
    .filter(({ type }) => type === "currency")
    .map(({ value }) => value);
  return {
    decimals: format.resolvedOptions().maximumFractionDigits ?? 2,
    group: plain(parts.find(({ type }) => type === "group")?.value ?? ""),
    symbols: [...symbols, currency],
  };
}

/**
 * Which mark, if any, separates the decimals: of two kinds the last; one kind alone must fit the number of decimals.
 */
function decimalMark(text: string, decimals: number, group: string): string | undefined {
  if (text.includes(ARABIC_DECIMAL)) return ARABIC_DECIMAL;
  const [last] = text.match(/[.,](?=\d*$)/) ?? [];
  if (!last) return undefined;
  const other = last === "." ? "," : ".";
  if (text.includes(other)) return last;
  if (text.split(last).length > 2) return undefined;
  const after = text.length - 1 - text.lastIndexOf(last);
  // "1.234" is above a thousand where dots separate thousands; elsewhere it has a decimal too many.
  return after === 3 && decimals !== 3 && last === group ? undefined : last;
}

/** The digits alone, if the marks between them separate thousands or stand where the reader's locale puts them. */
function withoutGroups(text: string, locale: string | undefined): string | undefined {
  const digits = text.replace(/[.,٬]/g, "");
  if (!/^\d*$/.test(digits)) return undefined;
  if (/^(\d*|\d{1,3}(,\d{3})+|\d{1,3}(\.\d{3})+|\d{1,3}(٬\d{3})+)$/.test(text)) return digits;
  // "1,23,456" in India.
  const own = new Intl.NumberFormat(locale, { numberingSystem: "latn" }).format(BigInt(digits));
  return own === text.replaceAll(ARABIC_GROUP, ",") ? digits : undefined;
}
