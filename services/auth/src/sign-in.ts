import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { newId } from "@ticketing/runtime/process/ids";
import type { AccessTokens } from "./access-token.ts";
import type { LoginAttempts } from "./login-attempts.ts";
import { isOutdated, type PasswordHasher } from "./password.ts";
import {
  isRevoked,
  newSecret,
  openSession,
  parseRefreshToken,
  refreshToken,
  revoke,
  rotate,
} from "./session.ts";
import type { SessionStore } from "./session-store.ts";
import type { SignUpLimit } from "./sign-up-limit.ts";
import { normalizeEmail, rehash, signUp, type User } from "./user.ts";
import type { UserStore } from "./user-store.ts";

/** A user with fresh tokens. */
export interface SignedIn {
  user: User;
  access: string;
  accessExpireTime: Date;
  refresh: string;
}

export interface SignInDependencies {
  users: UserStore;
  sessions: SessionStore;
  passwords: PasswordHasher;
  attempts: LoginAttempts;
  signUps: SignUpLimit;
  accessTokens: AccessTokens;
  rolesOf: (user: User) => string[];
  refreshLifetimeMs: number;
  clock: Clock;
}

/** Signing up, in and out, without regard to how the tokens travel. */
export type SignInFlow = ReturnType<typeof createSignInFlow>;

export function createSignInFlow(deps: SignInDependencies) {
  async function issue(user: User, refresh: string): Promise<SignedIn> {
    const { token, expireTime } = await deps.accessTokens.issue(
      { id: user._id, displayName: user.displayName, roles: deps.rolesOf(user) },
      deps.clock(),
    );
    return { user, access: token, accessExpireTime: expireTime, refresh };
  }

  async function begin(user: User): Promise<SignedIn> {
    const secret = newSecret();
    const session = openSession(
      { id: newId(), userId: user._id, secret, lifetimeMs: deps.refreshLifetimeMs },
      deps.clock(),
    );
    await deps.sessions.insert(session);
    return issue(user, refreshToken(session, secret));
  }

  /** Makes the hash of a password that is known now at today's cost. */
  async function renewHash(user: User, password: string, address: string): Promise<User> {
    if (!isOutdated(user.passwordHash)) return user;
    const passwordHash = await deps.passwords.hash(password, address);
    return deps.users.update(user._id, (current) =>
      // A password that was changed meanwhile stays.
      current.passwordHash === user.passwordHash ? rehash(current, passwordHash, deps.clock()) : current,
    );
  }

  return {
    /** Creates the account and its first session. Throws EMAIL_TAKEN, TOO_MANY_ACCOUNTS or BUSY. */
    async signUp(
      input: { email: string; password: string; displayName: string },
      address: string,
    ): Promise<SignedIn> {
      await deps.signUps.take(address);
      const passwordHash = await deps.passwords.hash(input.password, address);
      const user = signUp({ id: newId(), ...input, passwordHash }, deps.clock());
      await deps.users.insert(user);
      return begin(user);
    },

    /** A new session for the right password. Throws BAD_CREDENTIALS, TOO_MANY_ATTEMPTS or BUSY. */
    async signIn(input: { email: string; password: string }, address: string): Promise<SignedIn> {
      const email = normalizeEmail(input.email);
      const user = await deps.attempts.guard(email, address, async () => {
        const found = await deps.users.findByEmail(email);
        const isRight = await deps.passwords.verify(input.password, found?.passwordHash, address);
        return isRight && found ? renewHash(found, input.password, address) : null;
      });
      if (!user) {
        throw new DomainError("BAD_CREDENTIALS", "wrong address or password");
      }
      return begin(user);
    },

    /** Fresh tokens for a refresh token. Throws SESSION_EXPIRED, REFRESH_TOKEN_REUSED or TOO_MANY_TOKENS. */
    async renew(token: string): Promise<SignedIn> {
      const parsed = parseRefreshToken(token);
      const known = parsed && (await deps.sessions.find(parsed.sessionId));
      if (!parsed || !known) {
        throw new DomainError("SESSION_EXPIRED", "this session has ended; sign in again");
      }
      const secret = newSecret();
      const session = await deps.sessions.update(
        known._id,
        (current) => rotate(current, parsed.secret, secret, deps.clock()),
        known,
      );
      if (isRevoked(session)) {
        throw new DomainError(
          "REFRESH_TOKEN_REUSED",
          "this token was used before; the session was ended to protect the account",
        );
      }
      return issue(await deps.users.get(session.userId), refreshToken(session, secret));
    },

    /** Ends the session that a refresh token names, if there is one; an old token of it will do. */
    async signOut(token: string | undefined): Promise<void> {
      const parsed = token === undefined ? undefined : parseRefreshToken(token);
      if (!parsed || !(await deps.sessions.find(parsed.sessionId))) return;
      await deps.sessions.update(parsed.sessionId, (session) => revoke(session, deps.clock()));
    },

    getUser: deps.users.get,
  };
}
