import { inflateSync } from "node:zlib";

/** Where readers look for the end of a PDF (ISO 32000, annex H.3). */
const TAIL = 1024;
/** What its object streams may unfold to together, in bytes. */
const MAX_UNFOLDED = 32 * 2 ** 20;
/**
 * Entries of objects that ask their reader to run or to open something. A script needs the name of its kind, too, so /JS
 * alone is none; as short a name as that stands in every tenth picture by chance, which is why /XFA needs its value.
 */
const ACTS = /\/(?:(JavaScript|Rendition|Launch|EmbeddedFile|RichMedia)\b|(XFA)[\0\s]*[[%\d])/;
const FLATE = /\/(FlateDecode|Fl)\b/g;
/** What else may have been done to a stream: no writer of tickets does it to objects, and who hides some does. */
const UNUSUAL = /\/(Predictor|ASCIIHexDecode|AHx|ASCII85Decode|A85|LZWDecode|LZW|RunLengthDecode|RL|Crypt)\b/;

export const isPdf = (bytes: Buffer): boolean => bytes.toString("latin1", 0, 5) === "%PDF-";

/**
 * Why a file that begins as a PDF is none that we take; undefined for one that is. It begins and ends as a PDF does, and
 * no object of it asks its reader to run or to open anything: neither one in plain sight, nor one that is packed with
 * others in a stream (ISO 32000, section 7.5.7). Pages, fonts and pictures are not looked at: it is the reader of whoever
 * opens it that has to be safe.
 */
export function pdfFault(bytes: Buffer): string | undefined {
  const text = bytes.toString("latin1");
  if (!/^%PDF-[12]\.\d/.test(text)) return "it is no PDF of a known version";
  if (!text.slice(-TAIL).includes("%%EOF")) return "it is cut short";
  let left = MAX_UNFOLDED;
  for (const objects of [text, ...packedObjects(bytes, text)]) {
    if (objects === undefined) return "a part of it cannot be looked at";
    const acts = ACTS.exec(withoutEscapes(objects));
    if (acts) return `it may do more than be shown (${acts[1] ?? acts[2]})`;
    if (objects !== text) left -= objects.length;
    if (left < 0) return "it unfolds to too much";
  }
  return undefined;
}

/** Names may be written with escapes (section 7.3.5): /J#61vaScript. */
const withoutEscapes = (text: string): string =>
  text.replaceAll(/#([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** The objects of each stream that has some; undefined for one that is packed so that nobody here can read it. */
function* packedObjects(bytes: Buffer, text: string): Generator<string | undefined> {
  for (const { index, 0: keyword } of text.matchAll(/(?<!end)stream\r?\n/g)) {
    const head = withoutEscapes(text.slice(Math.max(text.lastIndexOf("obj", index), 0), index));
    if (!/\/ObjStm\b/.test(head) || !head.includes("/Filter")) continue;
    const end = text.indexOf("endstream", index);
    const isKnown = head.match(FLATE)?.length === 1 && !UNUSUAL.test(head) && end > index;
    yield isKnown ? unfolded(bytes.subarray(index + keyword.length, end)) : undefined;
  }
}

function unfolded(packed: Buffer): string | undefined {
  try {
    return inflateSync(packed, { maxOutputLength: MAX_UNFOLDED }).toString("latin1");
  } catch {
    return undefined;
  }
}
