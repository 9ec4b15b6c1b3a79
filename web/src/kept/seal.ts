import type { Sealed } from "./database.ts";

const AES = "AES-GCM";

/** A key that seals and opens, and that no script can read: it can only be stored as it is. */
export const newKey = (): Promise<CryptoKey> =>
  crypto.subtle.generateKey({ name: AES, length: 256 }, false, ["encrypt", "decrypt"]);

/** Encrypts bytes. `about` says what they are: they open as nothing else. */
export async function seal(key: CryptoKey, bytes: BufferSource, about: string): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, bytes: await crypto.subtle.encrypt(algorithm(iv, about), key, bytes) };
}

/** Decrypts them. Rejects unless they were sealed with this key, as what they are said to be. */
export const unseal = (key: CryptoKey, { iv, bytes }: Sealed, about: string): Promise<ArrayBuffer> =>
  crypto.subtle.decrypt(algorithm(iv, about), key, bytes);

const algorithm = (iv: Uint8Array<ArrayBuffer>, about: string): AesGcmParams => ({
  name: AES,
  iv,
  additionalData: new TextEncoder().encode(about),
});
