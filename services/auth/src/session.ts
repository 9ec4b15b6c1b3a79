import { createHash, randomBytes } from "node:crypto";
import type { Versioned } from "@ticketing/runtime/documents/document-store";
import { DomainError } from "@ticketing/runtime/process/domain-error";

/** How long after its last use a refresh token still yields a sibling: two tabs at once, an answer that was lost. */
export const ROTATION_GRACE_MS = 30_000;
/** So many tokens are given out within so long; a client that renews without using the answers has to pause. */
const BURST = { tokens: 10, ms: 10_000 };
/** How long after the pause a token is good at least, so that waiting as told helps. */
const AFTER_PAUSE_MS = 10_000;

interface RefreshToken {
  hash: string;
  /** Absent in what was stored before it was written down: long ago. */
  issuedTime?: Date;
  /** When it was last used, if it was. */
  rotatedTime?: Date;
}

/** One sign-in on one device: a family of rotating refresh tokens, of which only hashes are stored. */
export interface Session extends Versioned {
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
    userId: input.userId,
    tokens: [{ hash: hashOf(input.secret), issuedTime: now }],
    createTime: now,
    expireTime: new Date(now.getTime() + input.lifetimeMs),
  };
}

/**
 * The session after `secret` was used to renew it: `nextSecret` is good now. Of the siblings that it gave out before,
 * one reached its client at most: every other token is good for 30 seconds more. A secret that was used longer ago,
 * that was passed over for a sibling, or that this session never gave out, means that somebody else has a copy: the
 * session is returned revoked (see {@link isRevoked}).
 * Throws UNAUTHENTICATED SESSION_EXPIRED for a session that ended, RESOURCE_EXHAUSTED TOO_MANY_TOKENS with the
 * time to wait.
 */
export function rotate(session: Session, secret: string, nextSecret: string, now: Date): Session {
  if (isRevoked(session) || session.expireTime <= now) {
    throw new DomainError("SESSION_EXPIRED", "this session has ended; sign in again");
  }
  const isGood = ({ rotatedTime }: RefreshToken) =>
    !rotatedTime || age(rotatedTime, now) <= ROTATION_GRACE_MS;
  const used = session.tokens.find((token) => token.hash === hashOf(secret) && isGood(token));
  if (!used) return revoke(session, now);
  requireFew(session, used, now);
  const others = session.tokens.filter(
    (token) => token !== used && age(token.rotatedTime ?? token.issuedTime, now) <= ROTATION_GRACE_MS,
  );
  const tokens = [...others, { ...used, rotatedTime: now }, { hash: hashOf(nextSecret), issuedTime: now }];
  return { ...session, version: session.version + 1, tokens };
}

const age = (time: Date | undefined, now: Date) => now.getTime() - (time?.getTime() ?? 0);

/** Throws while a burst of tokens goes on, unless the token in use would not outlast the pause. */
function requireFew(session: Session, used: RefreshToken, now: Date): void {
  const ages = session.tokens.map(({ issuedTime }) => age(issuedTime, now)).sort((a, b) => a - b);
  const pauseMs = BURST.ms - (ages[BURST.tokens - 1] ?? BURST.ms);
  const lastsMs = used.rotatedTime
    ? ROTATION_GRACE_MS - age(used.rotatedTime, now)
    : Number.POSITIVE_INFINITY;
  if (pauseMs <= 0 || lastsMs < pauseMs + AFTER_PAUSE_MS) return;
  const seconds = Math.ceil(pauseMs / 1000);
  throw new DomainError("TOO_MANY_TOKENS", `renewed too often; wait ${seconds} seconds`, {}, seconds * 1000);
}

/** The session, ended for good. Ending it twice changes nothing. */
export function revoke(session: Session, now: Date): Session {
  if (isRevoked(session)) return session;
  return { ...session, version: session.version + 1, tokens: [], revokedTime: now };
}

/** Whether the session was ended before its time. */
export const isRevoked = (session: Session): boolean => session.revokedTime !== undefined;
