import type { AggregateStore } from "@ticketing/runtime/documents/aggregate-store";
import { isDuplicateKey } from "@ticketing/runtime/documents/duplicate-key";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { User } from "./user.ts";

/** Accounts. `get` and `update` throw UNAUTHENTICATED SESSION_EXPIRED where there is none. */
export interface UserStore extends Pick<AggregateStore<User>, "find" | "get" | "update"> {
  findByEmail(email: string): Promise<User | null>;
  /** Throws ALREADY_EXISTS EMAIL_TAKEN when somebody has the address. */
  insert(user: User): Promise<void>;
}

/** Accounts, found by their address too. */
export function createUserStore(users: AggregateStore<User>): UserStore {
  return {
    find: users.find,
    get: users.get,
    update: users.update,
    findByEmail: (email) => users.collection.findOne({ email }),
    async insert(user) {
      try {
        await users.insert(user);
      } catch (error) {
        if (isDuplicateKey(error)) {
          throw new DomainError("EMAIL_TAKEN", "an account with this address exists");
        }
        throw error;
      }
    },
  };
}
