import {
  type Db,
  MongoClient,
  MongoError,
  MongoErrorLabel,
  MongoNetworkError,
  MongoServerSelectionError,
} from "mongodb";
import type { Logger } from "./log.ts";

/** A connection pool to a service's own database. */
export interface Database {
  db: Db;
  /** Rejects while the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Connects with what the invariants need: writes acknowledged by a majority and journalled, reads from the
 * primary, every operation bounded in time. The database's name is part of the URI.
 */
export async function openDatabase(uri: string, log: Logger): Promise<Database> {
  const client = new MongoClient(uri, {
    writeConcern: { w: "majority", journal: true },
    readPreference: "primary",
    maxPoolSize: 16,
    serverSelectionTimeoutMS: 5000,
    waitQueueTimeoutMS: 5000,
    socketTimeoutMS: 10_000,
    ignoreUndefined: true,
  });
  for (let attempt = 1; ; attempt++) {
    try {
      await client.connect();
      break;
    } catch (error) {
      if (attempt >= 12) throw error;
      log.warn({ err: error }, "the database does not answer yet");
    }
  }
  const db = client.db();
  return {
    db,
    async ping() {
      await db.command({ ping: 1 });
    },
    close: () => client.close(),
  };
}

/** Whether an operation failed because the database could not be reached or was changing its primary. */
export const isDatabaseAway = (error: unknown): boolean =>
  error instanceof MongoNetworkError ||
  error instanceof MongoServerSelectionError ||
  // The driver does not export this class of its pool's.
  (error instanceof MongoError && error.name === "MongoWaitQueueTimeoutError") ||
  (error instanceof MongoError && error.hasErrorLabel(MongoErrorLabel.RetryableWriteError));
