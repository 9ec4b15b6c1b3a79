import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { SecretKeys } from "../process/secret-keys.ts";

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
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Seals texts, and opens them again, each in the one place that it was sealed for. */
export interface Sealing {
  /** `place` says what the text belongs to, such as the document's id: in no other place can it be opened. */
  seal(text: string, place: string): SealedText;
  /** Whether the key is there by which the text was sealed. */
  canUnseal(sealed: SealedText): boolean;
  /** Throws if the key is not there, or the text was changed or is another place's. */
  unseal(sealed: SealedText, place: string): string;
}

/** Seals with the first of the keys; each of them opens what it has sealed. Throws without one. */
export function createSealing(keys: SecretKeys): Sealing {
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
    canUnseal: ({ keyId }) => keys.has(keyId),
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
