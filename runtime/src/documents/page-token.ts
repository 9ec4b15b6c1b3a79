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
const token = z.object({ t: z.number().int(), i: z.string().max(MAX_ID + LAST.length) });

/** The opaque token for the page after a position. */
export function encodeTimePosition({ time, id }: TimePosition): string {
  const i = id.length > MAX_ID ? `${id.slice(0, MAX_ID).replace(/[\ud800-\udbff]$/, "")}${LAST}` : id;
  return Buffer.from(JSON.stringify({ t: time.getTime(), i })).toString("base64url");
}

/** The position in a token; undefined for the first page. Throws INVALID_ARGUMENT BAD_PAGE_TOKEN. */
export function decodeTimePosition(text: string): TimePosition | undefined {
  if (text === "") return undefined;
  try {
    const { t, i } = token.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
    return { time: new Date(t), id: i };
  } catch {
    throw badPageToken();
  }
}

/** The error for a token that no page of the list returned. */
export const badPageToken = () => new DomainError("BAD_PAGE_TOKEN", "this is not a page token of this list");
