import { UserEventSchema } from "@ticketing/proto/auth/v1/user_events";
import {
  type Aggregate,
  amend,
  type TransitionType,
  transitionsOf,
} from "@ticketing/runtime/documents/transition";
import { DomainError } from "@ticketing/runtime/process/domain-error";

const { begin, advance } = transitionsOf(UserEventSchema);

/** An account. `_id` is a UUIDv7; `email` is lower case and unique. */
export interface User extends Aggregate<TransitionType<typeof UserEventSchema>> {
  email: string;
  displayName: string;
  /** PHC string of argon2id; leaves this service in no message, event or log. */
  passwordHash: string;
  createTime: Date;
  /** Why and since when the user may neither sell nor buy; absent: both are allowed. */
  suspension?: { operatorId: string; reason: string; time: Date } | undefined;
}

/** What an operator decides about a user, having read this version of the account. */
export interface OperatorDecision {
  operatorId: string;
  reason: string;
  version: number;
}

/** A role, as access tokens carry it: the contract's value by its name in lower case. */
export type RoleName = "operator";

/** The one spelling under which an address is stored and looked up. */
export const normalizeEmail = (email: string): string => email.trim().toLowerCase();

/** The account with a new hash of the same password. No event is published for it. */
export const rehash = (user: User, passwordHash: string, now: Date): User =>
  amend(user, { passwordHash }, now);

/** A new account. */
export function signUp(
  input: { id: string; email: string; displayName: string; passwordHash: string },
  now: Date,
): User {
  return begin(
    {
      _id: input.id,
      email: normalizeEmail(input.email),
      displayName: input.displayName,
      passwordHash: input.passwordHash,
      createTime: now,
    },
    { case: "userSignedUp", value: {} },
    now,
  );
}

/** The user may neither sell nor buy. Suspended already: nothing changes. Throws STALE_VERSION. */
export function suspend(user: User, by: OperatorDecision, now: Date): User {
  if (user.suspension) return user;
  requireVersion(user, by);
  const { operatorId, reason } = by;
  const suspension = { operatorId, reason, time: now };
  return advance(user, { case: "userSuspended", value: { operatorId, reason } }, now, { suspension });
}

/**
 * The user may sell and buy again. Not suspended: nothing changes. Throws OWN_FAVOUR for an operator's own account, and
 * STALE_VERSION.
 */
export function reinstate(user: User, by: OperatorDecision, now: Date): User {
  if (!user.suspension) return user;
  if (user._id === by.operatorId) throw new DomainError("OWN_FAVOUR", "nobody reinstates themselves");
  requireVersion(user, by);
  const { operatorId, reason } = by;
  const changes = { suspension: undefined };
  return advance(user, { case: "userReinstated", value: { operatorId, reason } }, now, changes);
}

function requireVersion(user: User, { version }: OperatorDecision): void {
  if (user.version === version) return;
  const facts = { version: String(user.version) };
  throw new DomainError("STALE_VERSION", "the account has changed; read it again", facts);
}
