import { latinDigits } from "./digits.ts";

/**
 * The minor units of an amount as people type it, exactly: "1,234.50", "1.234,50", "1 234,5", "€45", "١٬٢٣٤٫٥٠". No number
 * is ever a fraction on the way. Undefined when it is not an amount, or finer than the currency's smallest coin. A mark
 * that could part thousands or decimals is what it is in the reader's own way of writing (`locale`). Whatever the page
 * prints can be typed.
 */
export function parseAmount(typed: string, currency: string, locale?: string): bigint | undefined {
  const { decimals, group, symbols } = conventions(currency, locale);
  const bare = symbols
    .reduce((text, symbol) => text.replace(plain(symbol), ""), plain(typed))
    .replace(/[\s'’]/g, "")
    // "45,-" is an even amount.
    .replace(/[.,]\p{Pd}{1,2}$/u, "");
  const mark = decimalMark(bare, decimals, group);
  const [whole = "", fraction = "", ...rest] = mark ? bare.split(mark) : [bare];
  if (rest.length > 0 || fraction.length > decimals || !/^\d*$/.test(fraction)) return undefined;
  const digits = withoutGroups(whole, locale);
  if (digits === undefined || digits + fraction === "") return undefined;
  return BigInt(digits + fraction.padEnd(decimals, "0"));
}

/** The decimal mark of Arabic digits, which parts nothing else, and their mark of thousands. */
const ARABIC_DECIMAL = "٫";
const ARABIC_GROUP = "٬";

/**
 * Digits from 0 to 9; signs of other widths, commas and stops of other scripts as the usual ones; codes of currencies in
 * capitals; nothing that nobody sees, such as marks of direction.
 */
function plain(text: string): string {
  return latinDigits(text)
    .replace(/[\ufe50-\ufe6b\uff01-\uff65\uffe0-\uffe6]/g, (sign) => sign.normalize("NFKC"))
    .replace(/[،⹁、]/g, ",")
    .replace(/[。·]/g, ".")
    .replace(/\p{Bidi_Control}|\p{Default_Ignorable_Code_Point}/gu, "")
    .toUpperCase();
}

/** "1234.50" as the reader would type it into a field, without signs that only help reading. */
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
  // The reader's sign, the same without a country ("$" for "US$"), and what stands on keyboards ("£", also in Arabic).
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

/** Which mark, if any, parts the decimals: the last of two kinds; of one kind, what fits. */
function decimalMark(text: string, decimals: number, group: string): string | undefined {
  if (text.includes(ARABIC_DECIMAL)) return ARABIC_DECIMAL;
  const [last] = text.match(/[.,](?=\d*$)/) ?? [];
  if (!last) return undefined;
  const other = last === "." ? "," : ".";
  if (text.includes(other)) return last;
  if (text.split(last).length > 2) return undefined;
  const after = text.length - 1 - text.lastIndexOf(last);
  // "1.234" is a thousand and more where dots part thousands; elsewhere it has a decimal too many.
  return after === 3 && decimals !== 3 && last === group ? undefined : last;
}

/** Digits alone, if the marks between them stand where thousands are parted, or where the reader parts digits. */
function withoutGroups(text: string, locale: string | undefined): string | undefined {
  const digits = text.replace(/[.,٬]/g, "");
  if (!/^\d*$/.test(digits)) return undefined;
  if (/^(\d*|\d{1,3}(,\d{3})+|\d{1,3}(\.\d{3})+|\d{1,3}(٬\d{3})+)$/.test(text)) return digits;
  // "1,23,456" in India.
  const own = new Intl.NumberFormat(locale, { numberingSystem: "latn" }).format(BigInt(digits));
  return own === text.replaceAll(ARABIC_GROUP, ",") ? digits : undefined;
}
