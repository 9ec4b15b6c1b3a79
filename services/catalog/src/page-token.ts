import { createHash } from "node:crypto";
import { type DescMessage, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { z } from "zod";

/** Where a page ended: the sort key and the id of its last row, and its currency where the order goes by it first. */
export interface Position {
  currency?: string | undefined;
  key: number;
  id: string;
}

const token = z.object({
  currency: z.string().max(3).optional(),
  key: z.number(),
  id: z.string().max(64),
  of: z.string(),
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

/** The opaque token for the page after a position. */
export function encodePageToken(position: Position, of: string): string {
  return Buffer.from(JSON.stringify({ ...position, of })).toString("base64url");
}

/** The position in a token; undefined for the first page. Throws INVALID_ARGUMENT BAD_PAGE_TOKEN. */
export function decodePageToken(text: string, of: string): Position | undefined {
  if (text === "") return undefined;
  try {
    const parsed = token.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
    const { of: given, ...position } = parsed;
    if (given === of) return position;
  } catch {
    // Falls through: whatever is wrong with it, it is not a token that this search gave out.
  }
  throw badPageToken();
}

/** A token that this search never gave out. */
export const badPageToken = () =>
  new DomainError("BAD_PAGE_TOKEN", "the page token is not one of this search");
