import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { z } from "zod";

/** A text as it is stored: encrypted and authenticated (AES-256-GCM, NIST SP 800-38D). Bytes are base64. */
export interface SealedText {
  /** The id of the key. */
  keyId: string;
  /** 96 random bits, new for each text. */
  iv: string;
  /** The ciphertext, with the 128 bits of the tag behind it. */
  data: string;
}

const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A new key as the configuration has it: its id, a colon, and 256 random bits. */
export const newSealingKey = (): string =>
  `k${randomBytes(4).toString("hex")}:${randomBytes(KEY_BYTES).toString("base64url")}`;

/** Keys by their ids; the first one seals. */
export type SealingKeys = ReadonlyMap<string, Buffer>;

/**
 * A variable with keys as {@link newSealingKey} makes them, separated by commas: the first one seals, each of them
 * opens what it has sealed. Faults name no key.
 */
export const sealingKeys = z.string().transform((text, context): SealingKeys => {
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

/** Seals texts, and opens them again, each in the one place that it was sealed for. */
export interface Sealing {
  /** `place` says what the text belongs to, such as the document's id: in no other place can it be opened. */
  seal(text: string, place: string): SealedText;
  /** Throws if the key is not there, or the text was changed or is another place's. */
  unseal(sealed: SealedText, place: string): string;
}

/** Seals with the first of the keys. Throws without one. */
export function createSealing(keys: SealingKeys): Sealing {
  const [current] = keys;
  if (!current) throw new Error("there is no key to seal with");
  const [currentId, currentKey] = current;
  return {
    seal(text, place) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(ALGORITHM, currentKey, iv).setAAD(Buffer.from(place));
      const data = [cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()];
      return { keyId: currentId, iv: iv.toString("base64"), data: Buffer.concat(data).toString("base64") };
    },
    unseal({ keyId, iv, data }, place) {
      const key = keys.get(keyId);
      if (!key) throw new Error(`the key ${keyId} is not among the keys of this process`);
      const bytes = Buffer.from(data, "base64");
      const decipher = createDecipheriv(ALGORITHM, key, Buffer.from(iv, "base64"), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString(
        "utf8",
      );
    },
  };
}
