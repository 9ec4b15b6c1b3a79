import { UserEventSchema } from "@ticketing/proto/auth/v1/user_events";
import { defineAggregate } from "@ticketing/runtime/documents/aggregate";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { User } from "./user.ts";

/** Accounts: where they are kept, and what others learn of them: the display name, and whether they may sell and buy. */
export const userAggregate = defineAggregate({
  collection: "users",
  stream: "USERS",
  event: UserEventSchema,
  state: ({ _id, displayName, version, suspension }: User) => ({
    id: _id,
    displayName,
    version: BigInt(version),
    suspended: suspension !== undefined,
  }),
  notFound: () => new DomainError("SESSION_EXPIRED", "this account is gone"),
  // Each e-mail address belongs to one account.
  indexes: [{ key: { email: 1 }, unique: true }],
});
