import { type Aggregate, born } from "@ticketing/runtime/documents/transition";

/** An account. `_id` is a UUIDv7; `email` is lower case and unique. */
export interface User extends Aggregate {
  email: string;
  displayName: string;
  /** PHC string of argon2id; leaves this service in no message, event or log. */
  passwordHash: string;
  createTime: Date;
}

/** The one spelling under which an address is stored and looked up. */
export const normalizeEmail = (email: string): string => email.trim().toLowerCase();

/** The account with the same password hashed anew, which no event tells. */
export function rehash(user: User, passwordHash: string): User {
  const version = user.version + 1;
  return { ...user, version, published: user.pending ? user.published : version, passwordHash };
}

/** A new account. */
export function signUp(
  input: { id: string; email: string; displayName: string; passwordHash: string },
  now: Date,
): User {
  return born(
    {
      _id: input.id,
      email: normalizeEmail(input.email),
      displayName: input.displayName,
      passwordHash: input.passwordHash,
      createTime: now,
    },
    { type: "user_signed_up", time: now },
  );
}
