import { createHash, randomBytes } from "node:crypto";
import { Code } from "@connectrpc/connect";
import type { VersionedDocument } from "@ticketing/runtime/document-store";
import { DomainError } from "@ticketing/runtime/domain-error";

/** How long a used refresh token still yields a sibling: two tabs that renew at once. */
export const ROTATION_GRACE_MS = 30_000;
/** Live tokens of one session; a client that renews without using the answers stops here. */
const MAX_LIVE_TOKENS = 10;

interface RefreshToken {
  hash: string;
  /** Set when the token was used. */
  rotatedTime?: Date;
}

/** One sign-in on one device: a family of rotating refresh tokens, of which only hashes are stored. */
export interface Session extends VersionedDocument {
  userId: string;
  tokens: RefreshToken[];
  createTime: Date;
  expireTime: Date;
  revokedTime?: Date;
}

const hashOf = (secret: string) => createHash("sha256").update(secret).digest("base64url");

/** A new secret: 256 random bits. */
export const newSecret = (): string => randomBytes(32).toString("base64url");

/** What the client keeps: `<session id>.<secret>`. */
export const refreshToken = (session: Session, secret: string): string => `${session._id}.${secret}`;

/** The parts of a refresh token, or undefined for anything else. */
export function parseRefreshToken(token: string): { sessionId: string; secret: string } | undefined {
  const match = /^([0-9a-f-]{36})\.([\w-]{43})$/.exec(token);
  return match?.[1] && match[2] ? { sessionId: match[1], secret: match[2] } : undefined;
}

/** A session that begins, with its first token. */
export function openSession(
  input: { id: string; userId: string; secret: string; lifetimeMs: number },
  now: Date,
): Session {
  return {
    _id: input.id,
    version: 1,
    history: [],
    published: 1,
    pending: false,
    userId: input.userId,
    tokens: [{ hash: hashOf(input.secret) }],
    createTime: now,
    expireTime: new Date(now.getTime() + input.lifetimeMs),
  };
}

/**
 * The session after `secret` was used to renew it: `nextSecret` is good now. A secret that was used more
 * than the grace ago, or that this session never gave out, means that somebody else has a copy: the
 * session is returned revoked (see {@link isRevoked}).
 * Throws UNAUTHENTICATED SESSION_EXPIRED for a session that ended, RESOURCE_EXHAUSTED TOO_MANY_TOKENS.
 */
export function rotate(session: Session, secret: string, nextSecret: string, now: Date): Session {
  if (isRevoked(session) || session.expireTime <= now) {
    throw new DomainError(Code.Unauthenticated, "SESSION_EXPIRED", "this session has ended; sign in again");
  }
  const inGrace = (token: RefreshToken) =>
    !token.rotatedTime || now.getTime() - token.rotatedTime.getTime() <= ROTATION_GRACE_MS;
  const tokens = session.tokens.filter(inGrace);
  const used = tokens.find((token) => token.hash === hashOf(secret));
  if (!used) return revoke(session, now);
  if (tokens.length >= MAX_LIVE_TOKENS) {
    throw new DomainError(Code.ResourceExhausted, "TOO_MANY_TOKENS", "renewed too often; wait 30 seconds");
  }
  const rotated = tokens.map((token) =>
    token === used ? { hash: token.hash, rotatedTime: token.rotatedTime ?? now } : token,
  );
  return { ...session, version: session.version + 1, tokens: [...rotated, { hash: hashOf(nextSecret) }] };
}

/** The session, ended for good. Ending it twice changes nothing. */
export function revoke(session: Session, now: Date): Session {
  if (isRevoked(session)) return session;
  return { ...session, version: session.version + 1, tokens: [], revokedTime: now };
}

/** Whether the session was ended before its time. */
export const isRevoked = (session: Session): boolean => session.revokedTime !== undefined;
