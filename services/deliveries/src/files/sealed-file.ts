import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { SealedText, Sealing } from "@ticketing/runtime/documents/sealed-text";

const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** What is stored of a file beside its ciphertext: its own key, wrapped by a key of the configuration. */
export interface FileSeal {
  /** The key and the initialisation vector, in base64 with a dot between them, sealed. */
  wrapped: SealedText;
}

/** What a browser needs to open a file: WebCrypto's AES-GCM, with the file's place as additional data. */
export interface FileKey {
  key: Buffer;
  iv: Buffer;
}

/** Encrypts a file under a key of its own. `place` says what it belongs to: in no other place can it be opened. */
export function sealFile(
  sealing: Sealing,
  content: Uint8Array,
  place: string,
): { ciphertext: Buffer; seal: FileSeal } {
  const key = randomBytes(KEY_BYTES);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(Buffer.from(place));
  const ciphertext = Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag()]);
  const wrapped = sealing.seal(`${key.toString("base64")}.${iv.toString("base64")}`, keyPlace(place));
  return { ciphertext, seal: { wrapped } };
}

/** The key of a file. Throws if it was changed, or is of another place. */
export function unwrapKey(sealing: Sealing, { wrapped }: FileSeal, place: string): FileKey {
  const [key = "", iv = ""] = sealing.unseal(wrapped, keyPlace(place)).split(".");
  return { key: Buffer.from(key, "base64"), iv: Buffer.from(iv, "base64") };
}

/** The file, as a browser opens it. Throws if a bit of it is another, or it is of another place. */
export function openFile(ciphertext: Uint8Array, { key, iv }: FileKey, place: string): Buffer {
  const bytes = Buffer.from(ciphertext);
  const decipher = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]);
}

const keyPlace = (place: string) => `${place}/key`;
