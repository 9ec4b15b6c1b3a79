import { readFile } from "node:fs/promises";
import { Code, createContextKey, type HandlerContext } from "@connectrpc/connect";
import { createLocalJWKSet, importJWK, type JSONWebKeySet, type JWK, jwtVerify, SignJWT } from "jose";
import { DomainError } from "./domain-error.ts";

const LIFETIME_S = 60;
/** A token is signed anew when less than this is left of it. */
const RENEW_S = 20;
/** How far the clocks of two machines may be apart. */
const CLOCK_SKEW_S = 5;
const TYPE = "svc+jwt";

/** The calling service, once its token was verified. */
export const serviceCallerKey = createContextKey("", { description: "the calling service" });

/** Tokens by which this process shows other services who it is. */
export interface ServiceTokens {
  /** A token for one callee, good for a minute at most. */
  tokenFor(callee: string): Promise<string>;
}

/** Signs caller tokens with the service's own Ed25519 key; kept until they are about to expire. */
export async function createServiceTokens(options: {
  name: string;
  keyFile: string;
}): Promise<ServiceTokens> {
  const jwk: JWK = JSON.parse(await readFile(options.keyFile, "utf8"));
  const key = await importJWK(jwk, "EdDSA");
  const held = new Map<string, { token: Promise<string>; renew: number }>();

  const sign = (callee: string, now: number) =>
    new SignJWT()
      .setProtectedHeader({ alg: "EdDSA", typ: TYPE, kid: options.name })
      .setIssuer(options.name)
      .setSubject(options.name)
      .setAudience(callee)
      .setIssuedAt(now)
      .setExpirationTime(now + LIFETIME_S)
      .sign(key);

  return {
    tokenFor(callee) {
      const now = Math.floor(Date.now() / 1000);
      const known = held.get(callee);
      if (known && known.renew > now) return known.token;
      const token = sign(callee, now);
      held.set(callee, { token, renew: now + LIFETIME_S - RENEW_S });
      return token;
    },
  };
}

/** Verifies a caller's `authorization` header. Returns its name; throws UNAUTHENTICATED SERVICE_TOKEN_REQUIRED. */
export type ServiceAuthenticator = (authorization: string | undefined) => Promise<string>;

/** Accepts tokens signed by the services in the key file, meant for this one. Verified ones are remembered. */
export async function createServiceAuthenticator(options: {
  name: string;
  keysFile: string;
}): Promise<ServiceAuthenticator> {
  const jwks: JSONWebKeySet = JSON.parse(await readFile(options.keysFile, "utf8"));
  const keys = createLocalJWKSet(jwks);
  const verified = new Map<string, { caller: string; expires: number }>();

  return async (authorization) => {
    const token = authorization?.replace(/^Bearer /, "") ?? "";
    const now = Date.now() / 1000;
    const known = verified.get(token);
    if (known && known.expires > now) return known.caller;
    verified.delete(token);
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
        algorithms: ["EdDSA"],
        typ: TYPE,
        audience: options.name,
        maxTokenAge: LIFETIME_S,
        clockTolerance: CLOCK_SKEW_S,
        requiredClaims: ["exp", "iat", "iss", "sub"],
      });
      const caller = protectedHeader.kid;
      if (!caller || payload.iss !== caller || payload.sub !== caller) throw new Error("not its own name");
      for (const [old, { expires }] of verified) if (expires <= now) verified.delete(old);
      verified.set(token, { caller, expires: payload.exp ?? 0 });
      return caller;
    } catch {
      throw new DomainError(
        Code.Unauthenticated,
        "SERVICE_TOKEN_REQUIRED",
        "a valid service token is required",
      );
    }
  };
}

/** The calling service, which is one of those allowed. Throws PERMISSION_DENIED SERVICE_NOT_ALLOWED. */
export function requireService(context: Pick<HandlerContext, "values">, ...allowed: string[]): string {
  const caller = context.values.get(serviceCallerKey);
  if (!allowed.includes(caller)) {
    throw new DomainError(Code.PermissionDenied, "SERVICE_NOT_ALLOWED", "this service may not call this");
  }
  return caller;
}
