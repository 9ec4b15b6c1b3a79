import { badPageToken } from "@ticketing/runtime/documents/page-token";

/** The opaque token for the page of dead letters after this sequence. */
export const encodeSequence = (sequence: number): string =>
  Buffer.from(`letter ${sequence}`).toString("base64url");

/** The sequence in a token; undefined for the first page. Throws INVALID_ARGUMENT BAD_PAGE_TOKEN. */
export function decodeSequence(token: string): number | undefined {
  if (token === "") return undefined;
  const [, sequence] =
    /^letter ([1-9]\d{0,14})$/.exec(Buffer.from(token, "base64url").toString("utf8")) ?? [];
  if (!sequence) throw badPageToken();
  return Number(sequence);
}
