import { randomBytes } from "node:crypto";
import { z } from "zod";

const KEY_BYTES = 32;

/** A new key as the configuration has it: its id, a colon, and 256 random bits. */
export const newSecretKey = (): string =>
  `k${randomBytes(4).toString("hex")}:${randomBytes(KEY_BYTES).toString("base64url")}`;

/** Keys by their ids; the first one is for what is new. */
export type SecretKeys = ReadonlyMap<string, Buffer>;

/**
 * A variable with keys as {@link newSecretKey} makes them, separated by commas: the first one is for what is new, each of
 * them for what it was once used for. Faults name no key.
 */
export const secretKeys = z.string().transform((text, context): SecretKeys => {
  const keys = new Map<string, Buffer>();
  const parts = text.split(",");
  for (const part of parts) {
    const [, id = "", secret = ""] = /^([a-z0-9]{1,32}):([A-Za-z0-9_-]+)$/.exec(part) ?? [];
    const key = Buffer.from(secret, "base64url");
    if (key.length === KEY_BYTES) keys.set(id, key);
  }
  if (keys.size !== parts.length) {
    context.addIssue(
      "must be keys such as k1:<32 bytes in base64url> with ids of their own, separated by commas",
    );
  }
  return keys;
});
