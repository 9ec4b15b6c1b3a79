import { createHash } from "node:crypto";

/** No ticket has more barcodes of its own. */
export const MAX_BARCODES = 4;
/** What is shorter names no ticket: a gate, a row, a price. */
const LEAST_CHARACTERS = 6;
const LINK = /^(?:https?:\/\/|www\.)/i;
const APP_STORE = /^https?:\/\/(?:apps\.apple\.com|itunes\.apple\.com|play\.google\.com)\//i;
/** A run of characters that may name one ticket: long, with a digit. */
const TOKEN = /(?=[\w-]*\d)[\w-]{8,}/;

/**
 * SHA-256 in hex of each barcode that may name one ticket, sorted, without repetitions, at most {@link MAX_BARCODES}. The
 * kind of the barcode does not count: the same text is the same ticket. Links print the same way on everybody's ticket, to
 * an app or a site: they count only where there is nothing else, and only those that lead to something of their own.
 */
export function barcodeDigests(texts: readonly string[]): string[] {
  const long = texts.map((text) => text.trim()).filter((text) => text.length >= LEAST_CHARACTERS);
  const plain = long.filter((text) => !LINK.test(text));
  const counted =
    plain.length > 0 ? plain : long.filter((text) => !APP_STORE.test(text) && TOKEN.test(pathOf(text)));
  const digests = counted.map((text) => createHash("sha256").update(text).digest("hex"));
  return [...new Set(digests)].sort().slice(0, MAX_BARCODES);
}

/** What follows the host of a link. */
const pathOf = (link: string): string => link.replace(LINK, "").replace(/^[^/?#]*/, "");
