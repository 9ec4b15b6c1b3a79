import { readFile } from "node:fs/promises";
import { newId } from "@ticketing/runtime/ids";
import type { JWK } from "jose";
import { calculateJwkThumbprint, importJWK, SignJWT } from "jose";

/** Signs access tokens and knows the public key that checks them. */
export interface AccessTokens {
  /** A JWT for the user, and when it ends. */
  issue(user: { id: string; displayName: string; roles: string[] }, now: Date): Promise<AccessToken>;
  /** The JSON Web Key Set (RFC 7517) for /.well-known/jwks.json. */
  jwks: { keys: JWK[] };
}

export interface AccessToken {
  token: string;
  expireTime: Date;
}

/** Access tokens signed with EdDSA (RFC 8037) by the key in `keyFile`. `typ` follows RFC 9068. */
export async function createAccessTokens(options: {
  keyFile: string;
  lifetimeMs: number;
}): Promise<AccessTokens> {
  const privateJwk: JWK = JSON.parse(await readFile(options.keyFile, "utf8"));
  const key = await importJWK(privateJwk, "EdDSA");
  const { kty, crv, x } = privateJwk;
  const kid = privateJwk.kid ?? (await calculateJwkThumbprint(privateJwk));
  return {
    jwks: { keys: [{ kty, crv, x, kid, alg: "EdDSA", use: "sig" }] },
    async issue(user, now) {
      const expireTime = new Date(now.getTime() + options.lifetimeMs);
      const token = await new SignJWT({ name: user.displayName, roles: user.roles })
        .setProtectedHeader({ alg: "EdDSA", typ: "at+jwt", kid })
        .setIssuer("ticketing")
        .setAudience("ticketing")
        .setSubject(user.id)
        .setJti(newId())
        .setIssuedAt(now)
        .setExpirationTime(expireTime)
        .sign(key);
      return { token, expireTime };
    },
  };
}
