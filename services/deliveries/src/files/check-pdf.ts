import { inflateSync } from "node:zlib";

/** Where readers look for the end of a PDF (ISO 32000, annex H.3). */
const TAIL = 1024;
/** What its object streams may have together, in bytes, packed or unfolded, whichever is more. */
const MAX_UNFOLDED = 8 * 2 ** 20;
/** Each of them counts for so much at least: unfolding takes its time, however little comes of it. */
const LEAST_UNFOLDED = 4096;
/** No ticket has as many streams; more would take too long. */
const MAX_STREAMS = 50_000;
/**
 * Entries of objects that ask their reader to run, open or send something. A script needs the name of its kind, too, so
 * /JS alone is none; as short a name as that stands in every tenth picture by chance, which is why /XFA needs its value.
 */
const ACTS =
  /\/(?:(JavaScript|Rendition|Launch|EmbeddedFile|RichMedia|GoToR|GoToE|SubmitForm|ImportData)\b|(XFA)[\0\s]*[[%\d])/;
/** What is encrypted cannot be looked at, also where every reader knows the password, which is none. */
const LOCK = /\/Encrypt\b/;
/** The type of a stream that has objects. */
const TYPE = "/ObjStm";
const FLATE = /\/(FlateDecode|Fl)\b/g;
/** What else may have been done to a stream: no writer of tickets does it to objects, and who hides some does. */
const UNUSUAL = /\/(Predictor|ASCIIHexDecode|AHx|ASCII85Decode|A85|LZWDecode|LZW|RunLengthDecode|RL|Crypt)\b/;

export const isPdf = (bytes: Buffer): boolean => bytes.toString("latin1", 0, 5) === "%PDF-";

/**
 * Why a file that begins as a PDF is none that we take; undefined for one that is. It begins and ends as a PDF does, and
 * no object that is found asks its reader to run, open or send anything: neither one in plain sight, nor one that is
 * packed with others in a stream (ISO 32000, section 7.5.7). This is a filter and no proof: it does not read a file as
 * readers do, and a stream whose dictionary misleads it is not unfolded. Pages, fonts and pictures are not looked at. It
 * is the reader of whoever opens it that has to be safe.
 */
export function pdfFault(bytes: Buffer): string | undefined {
  const text = bytes.toString("latin1");
  if (!/^%PDF-[12]\.\d/.test(text)) return "it is no PDF of a known version";
  if (!text.slice(-TAIL).includes("%%EOF")) return "it is cut short";
  const plain = withoutEscapes(text);
  if (LOCK.test(plain)) return "it is encrypted";
  const fault = actIn(plain);
  if (fault) return fault;
  for (const objects of packedObjects(bytes, text)) {
    if (objects === undefined) return "a part of it cannot be looked at";
    const hidden = actIn(withoutEscapes(objects));
    if (hidden) return hidden;
  }
  return undefined;
}

function actIn(objects: string): string | undefined {
  const act = ACTS.exec(objects);
  return act ? `it may do more than be shown (${act[1] ?? act[2]})` : undefined;
}

/** Names may be written with escapes (section 7.3.5): /J#61vaScript. */
const withoutEscapes = (text: string): string =>
  text.replaceAll(/#([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/**
 * The objects of each stream that has some, one after the other; undefined, and no more, where nobody here can read them,
 * or where there are too many. Each byte is looked at a few times, whatever the file: what is sought backwards ends where
 * the stream before began, and an end that lies ahead is not sought again.
 */
function* packedObjects(bytes: Buffer, text: string): Generator<string | undefined> {
  let from = 0;
  let end = -1;
  let streams = 0;
  let left = MAX_UNFOLDED;
  for (const { index, 0: keyword } of text.matchAll(/(?<!end)stream\b/g)) {
    const before = withoutEscapes(text.slice(from, index));
    from = index + keyword.length;
    if (++streams > MAX_STREAMS) return yield undefined;
    const head = before.slice(Math.max(before.lastIndexOf("obj"), 0));
    if (!hasObjects(head)) {
      // What looks like the beginning of an object stands between the type and the stream.
      if (before.includes(TYPE)) return yield undefined;
      continue;
    }
    if (end < from) end = text.indexOf("endstream", from);
    const start = nextLine(text, from);
    const isKnown = head.match(FLATE)?.length === 1 && !UNUSUAL.test(head) && start <= end;
    const objects = isKnown && left > 0 ? unfolded(bytes.subarray(start, end), left) : undefined;
    yield objects;
    left -= Math.max(objects?.length ?? 0, end - start, LEAST_UNFOLDED);
  }
  // One whose stream is not found.
  if (withoutEscapes(text.slice(from)).includes(TYPE)) yield undefined;
}

/** Whether a stream has objects by its dictionary: by its type, or by the entries without which no reader finds them. */
const hasObjects = (head: string): boolean =>
  head.includes(TYPE) || (/\/First\b/.test(head) && /\/N\b/.test(head));

/** Where the line ends that this position is in, unless it is a long one: the data of a stream begin there. */
function nextLine(text: string, position: number): number {
  const line = /[^\r\n]{0,100}(?:\r\n?|\n)/y;
  line.lastIndex = position;
  line.test(text);
  // Where none was found, that is 0.
  return line.lastIndex || Number.POSITIVE_INFINITY;
}

function unfolded(packed: Buffer, most: number): string | undefined {
  try {
    return inflateSync(packed, { maxOutputLength: most }).toString("latin1");
  } catch {
    return undefined;
  }
}
