import { createContextKey, type HandlerContext, type Interceptor } from "@connectrpc/connect";
import { decodeProtectedHeader, jwtVerify, SignJWT } from "jose";
import { DomainError } from "../process/domain-error.ts";
import { type WatchOptions, watchFile } from "../process/watched-file.ts";
import { readServiceKeys, readServiceSigner, type ServiceKey, type Signer } from "./key-files.ts";
import { VerifiedTokens } from "./verified-tokens.ts";

/** How long a service token is good for. */
export const SERVICE_TOKEN_LIFETIME_S = 60;
/** A token is signed anew when less than this is left of it. */
const RENEW_S = 20;
/** How far the clocks of two machines may be apart. */
export const CLOCK_SKEW_S = 5;
const TYPE = "svc+jwt";

/** The calling service, once its token was verified. */
export const serviceCallerKey = createContextKey("", { description: "the calling service" });

/** Tokens that prove this process's service to other services. */
export interface ServiceTokens {
  /** A token for one callee, good for a minute at most. */
  tokenFor(callee: string): Promise<string>;
}

/**
 * Signs caller tokens with the first key in the service's own file; kept until they are about to expire, or the file
 * names another key.
 */
export async function createServiceTokens({
  name,
  keyFile,
  ...watch
}: { name: string; keyFile: string } & WatchOptions): Promise<ServiceTokens> {
  const file = await watchFile(
    keyFile,
    async (text) => ({
      signer: await readServiceSigner(text, name),
      held: new Map<string, { token: Promise<string>; renew: number }>(),
    }),
    watch,
  );

  const sign = ({ key, kid }: Signer, callee: string, now: number) =>
    new SignJWT()
      .setProtectedHeader({ alg: "EdDSA", typ: TYPE, kid })
      .setIssuer(name)
      .setSubject(name)
      .setAudience(callee)
      .setIssuedAt(now)
      .setExpirationTime(now + SERVICE_TOKEN_LIFETIME_S)
      .sign(key);

  return {
    tokenFor(callee) {
      const { signer, held } = file.current();
      const now = Math.floor(Date.now() / 1000);
      const known = held.get(callee);
      if (known && known.renew > now) return known.token;
      const token = sign(signer, callee, now);
      held.set(callee, { token, renew: now + SERVICE_TOKEN_LIFETIME_S - RENEW_S });
      return token;
    },
  };
}

/** Verifies a caller's `authorization` header. Returns its name; throws UNAUTHENTICATED SERVICE_TOKEN_REQUIRED. */
export type ServiceAuthenticator = (authorization: string | undefined) => Promise<string>;

/**
 * Accepts tokens signed with a key that the file of public keys has for the caller, meant for this service. Verified
 * ones are remembered as long as the file stays what it is.
 */
export async function createServiceAuthenticator({
  name,
  keysFile,
  ...watch
}: { name: string; keysFile: string } & WatchOptions): Promise<ServiceAuthenticator> {
  const file = await watchFile(
    keysFile,
    async (text) => ({
      keys: await readServiceKeys(text),
      verified: new VerifiedTokens<string>(),
    }),
    watch,
  );

  async function keyOf(kid: string | undefined): Promise<ServiceKey> {
    if (kid === undefined) throw new Error("no key id");
    // A process that was stopped for a while may meet a new key before it has looked at the file.
    if (!file.current().keys.has(kid)) await file.refresh();
    const known = file.current().keys.get(kid);
    if (!known) throw new Error("a key of nobody");
    return known;
  }

  return async (authorization) => {
    const token = authorization?.replace(/^Bearer /, "") ?? "";
    const { verified } = file.current();
    const known = verified.find(token);
    if (known) return known;
    try {
      const { service: caller, key } = await keyOf(decodeProtectedHeader(token).kid);
      const { payload } = await jwtVerify(token, key, {
        algorithms: ["EdDSA"],
        typ: TYPE,
        issuer: caller,
        subject: caller,
        audience: name,
        maxTokenAge: SERVICE_TOKEN_LIFETIME_S,
        clockTolerance: CLOCK_SKEW_S,
        requiredClaims: ["exp", "iat"],
      });
      verified.add(token, caller, payload.exp ?? 0);
      return caller;
    } catch {
      throw new DomainError("SERVICE_TOKEN_REQUIRED", "a valid service token is required");
    }
  };
}

/** Admits calls of known services, and lets their handlers know the calling service. */
export const createServiceInterceptor =
  (authenticate: ServiceAuthenticator): Interceptor =>
  (next) =>
  async (request) => {
    const caller = await authenticate(request.header.get("authorization") ?? undefined);
    request.contextValues.set(serviceCallerKey, caller);
    return next(request);
  };

/** The calling service, which is one of those allowed. Throws PERMISSION_DENIED SERVICE_NOT_ALLOWED. */
export function requireService(context: Pick<HandlerContext, "values">, ...allowed: string[]): string {
  const caller = context.values.get(serviceCallerKey);
  if (!allowed.includes(caller)) {
    throw new DomainError("SERVICE_NOT_ALLOWED", "this service may not call this");
  }
  return caller;
}
