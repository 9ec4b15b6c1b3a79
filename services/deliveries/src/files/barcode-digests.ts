import { createHash } from "node:crypto";

/** No ticket has more barcodes of its own: in a file with more, nobody can tell which is the ticket's. */
export const MAX_BARCODES = 4;
/** What is shorter names no ticket: a gate, a row, a price. */
const LEAST_CHARACTERS = 6;
const LINK = /^(?:https?:\/\/|www\.)/i;
const APP_STORE = /^https?:\/\/(?:apps\.apple\.com|itunes\.apple\.com|play\.google\.com)\//i;
/** A run of characters that may name one ticket: long, with a digit. */
const TOKEN = /(?=[\w-]*\d)[\w-]{8,}/;

/**
 * SHA-256 in hex of each barcode that may name one ticket, sorted, without repetitions. The kind of the barcode does not
 * count: the same text is the same ticket. Links print the same way on everybody's ticket, to an app or a site: those that
 * lead to nothing of their own do not count. None where it is not known which of them the ticket is, so that no barcode
 * that was put beside it stands for it: of more than {@link MAX_BARCODES}, and of links beside others.
 */
export function barcodeDigests(read: readonly string[]): string[] {
  const long = read.map((text) => text.trim()).filter((text) => text.length >= LEAST_CHARACTERS);
  const plain = long.filter((text) => !LINK.test(text));
  const links = long.filter((text) => LINK.test(text) && !APP_STORE.test(text) && TOKEN.test(pathOf(text)));
  const texts = new Set([...plain, ...links]);
  if (texts.size > MAX_BARCODES || (plain.length > 0 && links.length > 0)) return [];
  return [...texts].map((text) => createHash("sha256").update(text).digest("hex")).sort();
}

/** What follows the host of a link. */
const pathOf = (link: string): string => link.replace(LINK, "").replace(/^[^/?#]*/, "");
