import { createContextKey, type HandlerContext, type Interceptor } from "@connectrpc/connect";
import { errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import { z } from "zod";
import { DomainError } from "../process/domain-error.ts";
import { createUserKeyring, type UserKeyring, type UserKeysOptions } from "./user-keys.ts";
import type { VerifiedTokens } from "./verified-tokens.ts";

/** Who calls: the user in a verified access token. */
export interface Caller {
  userId: string;
  displayName: string;
  roles: readonly string[];
  /** When the access token ends, and with it whatever was opened with it. */
  expireTime: Date;
}

const callerKey = createContextKey<Caller | undefined>(undefined, { description: "the calling user" });

/** Why the session cookie gives no user; handlers that need a user fail with this error. */
const refusalKey = createContextKey<DomainError | undefined>(undefined, { description: "a refused cookie" });

const claims = z.object({ sub: z.string(), name: z.string(), roles: z.array(z.string()), exp: z.number() });

/** The caller, or undefined without a session. */
export const optionalUser = (context: Pick<HandlerContext, "values">): Caller | undefined =>
  context.values.get(callerKey);

/** The caller. Throws UNAUTHENTICATED, or why the session cookie was refused (TOKEN_EXPIRED, INVALID_TOKEN). */
export function requireUser(context: Pick<HandlerContext, "values">): Caller {
  const caller = optionalUser(context);
  if (caller) return caller;
  throw context.values.get(refusalKey) ?? new DomainError("UNAUTHENTICATED", "sign in first");
}

/** The caller, who has the role. Throws UNAUTHENTICATED or ROLE_REQUIRED. */
export function requireRole(context: Pick<HandlerContext, "values">, role: string): Caller {
  const caller = requireUser(context);
  if (!caller.roles.includes(role)) {
    throw new DomainError("ROLE_REQUIRED", `this needs the role ${role}`, { role });
  }
  return caller;
}

/**
 * Reads the access token from `authorization: Bearer` or the session cookie and verifies it against auth's
 * public keys. Without a token the call goes on anonymously. A bad token in the header, which a client sends on
 * purpose, ends the call; a bad cookie, which a browser sends whether or not it helps, ends only a call that needs
 * a user: signing in again with an old cookie works.
 */
export function createUserAuthenticator(options: UserKeysOptions & { cookieName: string }): Interceptor {
  const keyring = createUserKeyring<Caller>(options);

  async function verify(token: string): Promise<Caller> {
    try {
      return keyring.recall(token) ?? (await callerOf(token, keyring));
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof z.ZodError) {
        const expired = error instanceof errors.JWTExpired;
        throw new DomainError(
          expired ? "TOKEN_EXPIRED" : "INVALID_TOKEN",
          expired ? "the access token has expired; renew it" : "the access token is not valid",
        );
      }
      throw new DomainError("KEYS_UNAVAILABLE", "tokens cannot be checked now; try again");
    }
  }

  return (next) => async (request) => {
    const token = bearer(request.header.get("authorization"));
    if (token !== undefined) {
      request.contextValues.set(callerKey, await verify(token));
      return next(request);
    }
    const session = cookie(request.header, options.cookieName);
    if (session === undefined) return next(request);
    try {
      request.contextValues.set(callerKey, await verify(session));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      request.contextValues.set(refusalKey, error);
    }
    return next(request);
  };
}

/** Whom the token names. Its signature is not checked again before it expires or the keys change. */
async function callerOf(token: string, keyring: UserKeyring<Caller>): Promise<Caller> {
  let vouching: VerifiedTokens<Caller> | undefined;
  const find: JWTVerifyGetKey = async (header, jws) => {
    const { key, verified } = await keyring.find(header, jws);
    vouching = verified;
    return key;
  };
  const { payload } = await jwtVerify(token, find, {
    algorithms: ["EdDSA"],
    typ: "at+jwt",
    issuer: "ticketing",
    audience: "ticketing",
    requiredClaims: ["exp", "sub", "jti"],
  });
  const { sub, name, roles, exp } = claims.parse(payload);
  const caller = { userId: sub, displayName: name, roles, expireTime: new Date(exp * 1000) };
  vouching?.add(token, caller, exp);
  return caller;
}

/** The name of the session cookie at a public origin (see auth's cookies). */
export const sessionCookieName = (publicUrl: string): string =>
  publicUrl.startsWith("https:") ? "__Host-session" : portCookieName("session", publicUrl);

/**
 * The name of a cookie at an http origin, which is loopback only. It carries the port: browsers send a cookie to every
 * port of its host (RFC 6265 section 8.5), so that two meshes on one machine would overwrite each other's.
 */
export const portCookieName = (name: string, publicUrl: string): string =>
  `${name}-${new URL(publicUrl).port || "80"}`;

function bearer(header: string | null): string | undefined {
  if (header === null) return undefined;
  const match = /^Bearer ([\w.-]+)$/i.exec(header);
  if (match?.[1]) return match[1];
  throw new DomainError("INVALID_TOKEN", "authorization must be: Bearer <token>");
}

function cookie(header: Headers, name: string): string | undefined {
  const pair = header
    .get("cookie")
    ?.split(/;\s*/)
    .find((part) => part.startsWith(`${name}=`));
  return pair?.slice(name.length + 1) || undefined;
}

/** Context values for tests that call handlers without a token. */
export const callerContextKey = callerKey;
