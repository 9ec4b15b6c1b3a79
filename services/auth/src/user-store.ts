import type { AggregateStore } from "@ticketing/runtime/documents/aggregate-store";
import { DUPLICATE_KEY } from "@ticketing/runtime/documents/document-store";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { MongoServerError } from "mongodb";
import type { User } from "./user.ts";

/** Accounts. `get` and `update` throw UNAUTHENTICATED SESSION_EXPIRED where there is none. */
export interface UserStore extends Pick<AggregateStore<User>, "get" | "update"> {
  findByEmail(email: string): Promise<User | null>;
  /** Throws ALREADY_EXISTS EMAIL_TAKEN when somebody has the address. */
  insert(user: User): Promise<void>;
}

/** Accounts, found by their address too. */
export function createUserStore(users: AggregateStore<User>): UserStore {
  return {
    get: users.get,
    update: users.update,
    findByEmail: (email) => users.collection.findOne({ email }),
    async insert(user) {
      try {
        await users.insert(user);
      } catch (error) {
        if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) {
          throw new DomainError("EMAIL_TAKEN", "an account with this address exists");
        }
        throw error;
      }
    },
  };
}
