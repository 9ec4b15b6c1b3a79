import { createHash } from "node:crypto";
import { z } from "zod";
import { DomainError } from "../process/domain-error.ts";

/** Where a page of documents ended that is sorted by a time and the id. */
export interface TimePosition {
  time: Date;
  id: string;
}

/** The longest id that a token names whole. */
const MAX_ID = 200;
/** After every other character: a position past all ids that begin like one that is too long. */
const LAST = "\u{10ffff}";
/** The furthest instant that a Date can be, in ms (ECMA-262, 21.4.1.1). */
const LAST_TIME = 8.64e15;
const token = z.object({
  t: z.number().int().min(-LAST_TIME).max(LAST_TIME),
  i: z.string().max(MAX_ID + LAST.length),
  /** Absent in tokens of the release before. */
  of: z.string().optional(),
});

/** Names a list in its tokens, in short, so that one of another list is refused. */
const nameOf = (list: string): string => createHash("sha256").update(list).digest("base64url").slice(0, 10);

/** The opaque token for the page after a position of a list: what is listed, and whose. */
export function encodeTimePosition({ time, id }: TimePosition, list: string): string {
  const i = id.length > MAX_ID ? `${id.slice(0, MAX_ID).replace(/[\ud800-\udbff]$/, "")}${LAST}` : id;
  return Buffer.from(JSON.stringify({ t: time.getTime(), i, of: nameOf(list) })).toString("base64url");
}

/** The position in a token of this list; undefined for the first page. Throws INVALID_ARGUMENT BAD_PAGE_TOKEN. */
export function decodeTimePosition(text: string, list: string): TimePosition | undefined {
  if (text === "") return undefined;
  try {
    const { t, i, of } = token.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
    if (of === undefined || of === nameOf(list)) return { time: new Date(t), id: i };
  } catch {
    // Falls through: whatever is wrong with it, it is not a token that this list gave out.
  }
  throw badPageToken();
}

/** The error for a token that no page of the list returned. */
export const badPageToken = () => new DomainError("BAD_PAGE_TOKEN", "this is not a page token of this list");
