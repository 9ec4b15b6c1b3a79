import { type CryptoKey, calculateJwkThumbprint, importJWK, type JWK } from "jose";
import { z } from "zod";

const ed25519 = z.looseObject({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: z.string(),
  kid: z.string().optional(),
  d: z.string().optional(),
});
const keySet = z.object({ keys: z.array(ed25519).min(1) });

/** A service's name, alone or with the key's thumbprint (RFC 7638): `orders`, `orders/9sV3…`. */
const SERVICE_KID = /^([a-z][a-z-]*)(?:\/([\w-]{43}))?$/;

/** The keys in a file: a JWK Set (RFC 7517) or one JWK. Throws an error that quotes nothing of the file. */
export function readKeys(text: string): JWK[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // The error of JSON.parse would quote the text, which may be a private key.
    throw new Error("a key file is no JSON");
  }
  const result = z.union([keySet, ed25519.transform((key) => ({ keys: [key] }))]).safeParse(content);
  if (!result.success) throw new Error("a key file has something else than Ed25519 keys");
  return result.data.keys;
}

/** The part of a key that may be published. By allow-list, so that no private member can slip through. */
export const publicKey = ({ kty, crv, x, kid }: JWK): JWK => ({ kty, crv, x, kid, alg: "EdDSA", use: "sig" });

/** What signs tokens, and the key id that verifiers find its public part by. */
export interface Signer {
  readonly kid: string;
  readonly key: CryptoKey;
}

/**
 * The first key of a file of private keys signs; the others are published only. A key without an id has its
 * thumbprint, or the given one.
 */
export async function readSigner(text: string, kid?: string): Promise<Signer> {
  const [first] = readKeys(text);
  if (!first?.d) throw new Error("the first key of a key file has no private part");
  return { kid: first.kid ?? kid ?? (await calculateJwkThumbprint(first)), key: await imported(first) };
}

/** A service's signing key. Throws if the key is another service's. */
export async function readServiceSigner(text: string, service: string): Promise<Signer> {
  const signer = await readSigner(text, service);
  if (SERVICE_KID.exec(signer.kid)?.[1] !== service)
    throw new Error(`the key ${signer.kid} is not one of ${service}`);
  return signer;
}

/** A key that verifies tokens of one service. */
export interface ServiceKey {
  readonly service: string;
  readonly key: CryptoKey;
}

/**
 * The public keys of all services by key id; one service may have several. Throws where a key could speak for two
 * services, an id could mean two keys, or an id does not fit its key.
 */
export async function readServiceKeys(text: string): Promise<ReadonlyMap<string, ServiceKey>> {
  const keys = new Map<string, ServiceKey>();
  const owners = new Map<string, string>();
  for (const jwk of readKeys(text)) {
    const { kid = "", x = "" } = jwk;
    const [, service, thumbprint] = SERVICE_KID.exec(kid) ?? [];
    if (!service) throw new Error(`${kid || "a key without an id"} names no service`);
    if (thumbprint && thumbprint !== (await calculateJwkThumbprint(jwk)))
      throw new Error(`${kid} is not the thumbprint of its key`);
    if (keys.has(kid)) throw new Error(`${kid} is there twice`);
    // By its bytes: one key can be written in several ways.
    const point = Buffer.from(x, "base64url").toString("hex");
    const owner = owners.get(point);
    if (owner && owner !== service) throw new Error(`${owner} and ${service} have the same key`);
    owners.set(point, service);
    keys.set(kid, { service, key: await imported(publicKey(jwk)) });
  }
  return keys;
}

async function imported(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, "EdDSA").catch(() => undefined);
  if (!key || key instanceof Uint8Array) throw new Error(`${jwk.kid ?? "a key"} is no Ed25519 key`);
  return key;
}
