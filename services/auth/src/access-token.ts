import { publicKey, readKeys, readSigner } from "@ticketing/runtime/identity/key-files";
import { newId } from "@ticketing/runtime/process/ids";
import { type WatchOptions, watchFile } from "@ticketing/runtime/process/watched-file";
import { calculateJwkThumbprint, type JWK, SignJWT } from "jose";

/** Signs access tokens and knows the public keys that check them. */
export interface AccessTokens {
  /** A JWT for the user, and when it ends. */
  issue(user: { id: string; displayName: string; roles: string[] }, now: Date): Promise<AccessToken>;
  /** The JSON Web Key Set (RFC 7517) for /.well-known/jwks.json, as of now. */
  jwks(): { keys: JWK[] };
}

export interface AccessToken {
  token: string;
  expireTime: Date;
}

/**
 * Access tokens signed with EdDSA (RFC 8037) by the first key in `keyFile`, which is read anew when it changes; its
 * other keys are published beside it. `typ` follows RFC 9068.
 */
export async function createAccessTokens({
  keyFile,
  lifetimeMs,
  ...watch
}: { keyFile: string; lifetimeMs: number } & WatchOptions): Promise<AccessTokens> {
  const file = await watchFile(
    keyFile,
    async (text) => ({ signer: await readSigner(text), keys: await publicKeys(text) }),
    watch,
  );
  return {
    jwks: () => ({ keys: file.current().keys }),
    async issue(user, now) {
      const { kid, key } = file.current().signer;
      const expireTime = new Date(now.getTime() + lifetimeMs);
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

async function publicKeys(text: string): Promise<JWK[]> {
  const keys = await Promise.all(
    readKeys(text).map(async (key) =>
      publicKey({ ...key, kid: key.kid ?? (await calculateJwkThumbprint(key)) }),
    ),
  );
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length) throw new Error("two keys have the same id");
  return keys;
}
