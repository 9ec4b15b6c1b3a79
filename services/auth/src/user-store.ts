import { Code } from "@connectrpc/connect";
import { createAggregateStore } from "@ticketing/runtime/documents/aggregate-store";
import { createDocumentStore, type DocumentStore } from "@ticketing/runtime/documents/document-store";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { type Db, MongoServerError } from "mongodb";
import type { Session } from "./session.ts";
import type { User } from "./user.ts";

/** Accounts. */
export interface UserStore {
  find(id: string): Promise<User | null>;
  findByEmail(email: string): Promise<User | null>;
  /** As a document store's `update`. */
  update: DocumentStore<User>["update"];
  /** Throws ALREADY_EXISTS EMAIL_TAKEN when somebody has the address. */
  insert(user: User): Promise<void>;
}

/** Sessions. */
export type SessionStore = DocumentStore<Session>;

const DUPLICATE_KEY = 11_000;

/** Accounts in `users`; the unique index on `email` decides who has an address. */
export async function createUserStore(db: Db, onPending: (id: string) => void): Promise<UserStore> {
  const collection = db.collection<User>("users");
  await collection.createIndex({ email: 1 }, { unique: true });
  await collection.createIndex({ pending: 1 });
  const store = createAggregateStore<User>({ collection, onPending });
  return {
    find: store.find,
    update: store.update,
    findByEmail: (email) => collection.findOne({ email }),
    async insert(user) {
      try {
        await store.insert(user);
      } catch (error) {
        if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) {
          throw new DomainError(Code.AlreadyExists, "EMAIL_TAKEN", "an account with this address exists");
        }
        throw error;
      }
    },
  };
}

/** Sessions in `sessions`, removed by the database once they expired. */
export async function createSessionStore(db: Db): Promise<SessionStore> {
  const collection = db.collection<Session>("sessions");
  await collection.createIndex({ expireTime: 1 }, { expireAfterSeconds: 0 });
  return createDocumentStore<Session>({ collection });
}
