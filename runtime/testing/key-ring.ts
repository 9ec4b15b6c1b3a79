import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";

/** A private key of a service as a rotation makes it: its id is the name and its thumbprint. */
export async function newServiceKey(service: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const key = await exportJWK(privateKey);
  return { ...key, kid: `${service}/${await calculateJwkThumbprint(key)}` };
}

/** What a file of private keys holds. */
export const fileOf = (...keys: JWK[]): string => JSON.stringify({ keys });
