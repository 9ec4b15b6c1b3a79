import {
  byVersion,
  createDocumentStore,
  type DocumentStore,
} from "@ticketing/runtime/documents/document-store";
import type { Db } from "mongodb";
import type { Session } from "./session.ts";

/** Sessions. */
export type SessionStore = DocumentStore<Session>;

/** Sessions in `sessions`, removed by the database once they expired. */
export async function createSessionStore(db: Db): Promise<SessionStore> {
  const collection = db.collection<Session>("sessions");
  await collection.createIndex(byVersion);
  await collection.createIndex({ expireTime: 1 }, { expireAfterSeconds: 0 });
  return createDocumentStore<Session>({ collection });
}
