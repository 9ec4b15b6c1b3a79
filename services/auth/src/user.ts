import { UserEventSchema } from "@ticketing/proto/auth/v1/user_events";
import {
  type Aggregate,
  amend,
  type TransitionType,
  transitionsOf,
} from "@ticketing/runtime/documents/transition";

const { begin } = transitionsOf(UserEventSchema);

/** An account. `_id` is a UUIDv7; `email` is lower case and unique. */
export interface User extends Aggregate<TransitionType<typeof UserEventSchema>> {
  email: string;
  displayName: string;
  /** PHC string of argon2id; leaves this service in no message, event or log. */
  passwordHash: string;
  createTime: Date;
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
