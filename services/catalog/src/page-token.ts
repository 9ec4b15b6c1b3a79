import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from "node:crypto";
import { type DescMessage, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { SecretKeys } from "@ticketing/runtime/process/secret-keys";
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
  return hash("sha256", Buffer.concat([bytes, Buffer.from(String(order))]), "base64url").slice(0, 16);
}

/** The tokens that searches give out for their next pages. */
export interface PageTokens {
  /** The opaque token for the page after this one, of the search with this fingerprint. */
  encode(end: PageEnd, of: string): string;
  /**
   * Where the page before ended; undefined for the first page. Throws INVALID_ARGUMENT BAD_PAGE_TOKEN for what this
   * search never gave out: a position that somebody made up would make calls wait for it.
   */
  decode(text: string, of: string): PageEnd | undefined;
}

const SIGNATURE_BYTES = 32;

const signatureOf = (content: Uint8Array, key: KeyObject): Buffer =>
  createHmac("sha256", key).update(content).digest();

/**
 * Tokens that are signed by the first of the keys (HMAC with SHA-256, RFC 2104). What any of the keys has signed is
 * taken, since replicas that are restarted one after another have other first ones for a while. Throws without a key.
 */
export function createPageTokens(keys: SecretKeys): PageTokens {
  // Bytes would be made a key at each call.
  const known = [...keys.values()].map((key) => createSecretKey(key));
  const [signing] = known;
  if (!signing) throw new Error("there is no key to sign page tokens with");

  function signedContent(text: string): string | undefined {
    const bytes = Buffer.from(text, "base64url");
    const signature = bytes.subarray(0, SIGNATURE_BYTES);
    const content = bytes.subarray(SIGNATURE_BYTES);
    // Other texts may have the same bytes: it is not what was given out.
    if (bytes.length <= SIGNATURE_BYTES || bytes.toString("base64url") !== text) return undefined;
    const isOurs = known.some((key) => timingSafeEqual(signature, signatureOf(content, key)));
    return isOurs ? content.toString("utf8") : undefined;
  }

  return {
    encode({ position, mark }, of) {
      const content = Buffer.from(JSON.stringify({ ...position, of, mark }));
      return Buffer.concat([signatureOf(content, signing), content]).toString("base64url");
    },
    decode(text, of) {
      if (text === "") return undefined;
      const content = signedContent(text);
      // Another release may have signed something else.
      const { data } = token.safeParse(content === undefined ? undefined : JSON.parse(content));
      if (data?.of !== of) throw badPageToken();
      const { of: _, mark, ...position } = data;
      return { position, mark };
    },
  };
}

const badPageToken = () => new DomainError("BAD_PAGE_TOKEN", "the page token is not one of this search");
