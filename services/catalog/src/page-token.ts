import { createHash } from "node:crypto";
import { type DescMessage, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { z } from "zod";
import type { StreamMark } from "./freshness.ts";

/** Where a page ended: the sort key and the id of its last row, and its currency where the order goes by it first. */
export interface Position {
  currency?: string | undefined;
  key: number;
  id: string;
}

/** Where a page ended, and what it was read from. */
export interface PageEnd {
  position: Position;
  mark: StreamMark | undefined;
}

const token = z.object({
  currency: z.string().max(3).optional(),
  key: z.number(),
  id: z.string().max(64),
  of: z.string(),
  mark: z.object({ created: z.string().max(40), sequence: z.number().int().nonnegative() }).optional(),
});

/** A fingerprint of a search, so that a token of one search is refused by another. */
export function searchFingerprint<D extends DescMessage>(
  schema: D,
  message: MessageShape<D> | undefined,
  order = 0,
): string {
  const bytes = message ? toBinary(schema, message) : new Uint8Array();
  return createHash("sha256").update(bytes).update(String(order)).digest("base64url").slice(0, 16);
}

/** The opaque token for the page after this one. */
export function encodePageToken({ position, mark }: PageEnd, of: string): string {
  return Buffer.from(JSON.stringify({ ...position, of, mark })).toString("base64url");
}

/** Where the page before ended; undefined for the first page. Throws INVALID_ARGUMENT BAD_PAGE_TOKEN. */
export function decodePageToken(text: string, of: string): PageEnd | undefined {
  if (text === "") return undefined;
  try {
    const parsed = token.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
    const { of: given, mark, ...position } = parsed;
    if (given === of) return { position, mark };
  } catch {
    // Falls through: whatever is wrong with it, it is not a token that this search gave out.
  }
  throw badPageToken();
}

/** A token that this search never gave out. */
export const badPageToken = () =>
  new DomainError("BAD_PAGE_TOKEN", "the page token is not one of this search");
