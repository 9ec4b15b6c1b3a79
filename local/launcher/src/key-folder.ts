import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { publicKey, readKeys } from "@ticketing/runtime/identity/key-files";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";
import { replaceFile } from "./atomic-file.ts";
import type { KeyRing } from "./key-ring.ts";
import { type ServiceName, serviceNames } from "./service-names.ts";

/** What has a key: each service, and auth one more for the access tokens of users. */
export type KeyName = ServiceName | "access-token";
export const keyNames: readonly KeyName[] = ["access-token", ...serviceNames];

/** The keys that words name; `all` names each. Throws if a word names none. */
export function namedKeys(words: readonly string[]): readonly KeyName[] {
  const unknown = words.filter((word) => word !== "all" && !keyNames.some((name) => name === word));
  if (unknown.length > 0)
    throw new Error(`there is no key ${unknown.join(", ")}; there are all, ${keyNames.join(", ")}`);
  return keyNames.filter((name) => words.includes("all") || words.includes(name));
}

/** The file of the private keys of a name. */
export const keyFile = (folder: string, name: KeyName): string => join(folder, `${name}.jwk.json`);

/** The file of the public keys of all services. */
export const serviceKeysFile = (folder: string): string => join(folder, "services.jwks.json");

export async function readRing(folder: string, name: KeyName): Promise<KeyRing> {
  const file = keyFile(folder, name);
  const [signing, ...others] = await readFile(file, "utf8")
    .then(readKeys)
    .catch((error: Error) => {
      throw new Error(`${file}: ${error.message}`);
    });
  if (!signing?.d) throw new Error(`${file} has no key to sign with`);
  return [signing, ...others];
}

export const writeRing = (folder: string, name: KeyName, ring: KeyRing): Promise<void> =>
  writeWhole(keyFile(folder, name), ring);

/**
 * Publishes the keys of all services as their files have them, but for the given ring; once more where a file changed
 * meanwhile, so that of several commands at the same time the last one publishes what all have come to.
 */
export async function publishServiceKeys(folder: string, changed?: [KeyName, KeyRing]): Promise<void> {
  let keys: JWK[];
  do {
    keys = await publicKeys(folder, changed);
    await writeWhole(serviceKeysFile(folder), keys);
  } while (!isDeepStrictEqual(keys, await publicKeys(folder, changed)));
}

async function publicKeys(folder: string, changed?: [KeyName, KeyRing]): Promise<JWK[]> {
  const keys: JWK[] = [];
  for (const service of serviceNames) {
    const ring = changed?.[0] === service ? changed[1] : await readRing(folder, service);
    // Keys of before may have no id: it was their service's name.
    keys.push(...ring.map((key) => publicKey({ ...key, kid: key.kid ?? service })));
  }
  return keys;
}

/** Whether the public part of a service's key is published under its id; not so where the file cannot be read. */
export async function isPublished(
  folder: string,
  service: KeyName,
  { kid = service, x }: JWK,
): Promise<boolean> {
  try {
    const published = readKeys(await readFile(serviceKeysFile(folder), "utf8"));
    return published.some((key) => key.kid === kid && key.x === x);
  } catch {
    return false;
  }
}

/** A new private Ed25519 key. Its id is its thumbprint (RFC 7638), after the service's name where it is a service's. */
export async function newKey(name: KeyName): Promise<JWK> {
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const key = await exportJWK(privateKey);
  const thumbprint = await calculateJwkThumbprint(key);
  const kid = name === "access-token" ? thumbprint : `${name}/${thumbprint}`;
  return { ...key, kid, alg: "EdDSA", use: "sig" };
}

const writeWhole = (path: string, keys: readonly JWK[]): Promise<void> =>
  replaceFile(path, `${JSON.stringify({ keys }, null, 2)}\n`);
