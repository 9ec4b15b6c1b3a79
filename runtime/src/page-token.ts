import { Code } from "@connectrpc/connect";
import { z } from "zod";
import { DomainError } from "./domain-error.ts";

/** Where a page of documents ended that is sorted by a time and the id. */
export interface TimePosition {
  time: Date;
  id: string;
}

const token = z.object({ t: z.number().int(), i: z.string().max(64) });

/** The opaque token for the page after a position. */
export function encodeTimePosition({ time, id }: TimePosition): string {
  return Buffer.from(JSON.stringify({ t: time.getTime(), i: id })).toString("base64url");
}

/** The position in a token; undefined for the first page. Throws INVALID_ARGUMENT BAD_PAGE_TOKEN. */
export function decodeTimePosition(text: string): TimePosition | undefined {
  if (text === "") return undefined;
  try {
    const { t, i } = token.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
    return { time: new Date(t), id: i };
  } catch {
    throw new DomainError(Code.InvalidArgument, "BAD_PAGE_TOKEN", "this is not a page token of this list");
  }
}
