import {
  type Db,
  MongoClient,
  MongoError,
  MongoErrorLabel,
  MongoNetworkError,
  MongoServerSelectionError,
  MongoUnexpectedServerResponseError,
} from "mongodb";
import type { Logger } from "../process/log.ts";
import type { TransportSecurity } from "../process/transport-security.ts";

/** A connection pool to a service's own database. */
export interface Database {
  db: Db;
  /** Rejects while the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** So long a call waits for a primary: over a planned change of it; in a longer one callers do better to try again. */
const SELECTION_MS = 2_000;
/** How often a server is asked how it is, and how long it may take to take a connection, or to answer that. */
const HEARTBEAT_MS = 2_000;
const CONNECT_MS = 5_000;
/** So often a process that starts looks for its database: for a minute. */
const ATTEMPTS = 30;

/**
 * Connects with what the invariants need: writes acknowledged by a majority and journalled, reads from the
 * primary, every operation bounded in time. A server that is gone without a word is known to be before the longest
 * call ends, and then costs the next ones no more than a stopped one. The database's name is part of the URI. With
 * `security` by TLS.
 */
export async function openDatabase(
  uri: string,
  log: Logger,
  security?: TransportSecurity,
): Promise<Database> {
  const client = new MongoClient(uri, {
    ...(security && { tls: true, secureContext: security.trust }),
    writeConcern: { w: "majority", journal: true },
    readPreference: "primary",
    maxPoolSize: 16,
    serverSelectionTimeoutMS: SELECTION_MS,
    heartbeatFrequencyMS: HEARTBEAT_MS,
    connectTimeoutMS: CONNECT_MS,
    waitQueueTimeoutMS: 5000,
    socketTimeoutMS: 10_000,
    ignoreUndefined: true,
  });
  for (let attempt = 1; ; attempt++) {
    try {
      await client.connect();
      break;
    } catch (error) {
      if (attempt >= ATTEMPTS) throw error;
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

/** The server shuts down, changes its primary or waits for others: the driver labels these for writes only. */
const STATE_CHANGES: unknown[] = [6, 7, 89, 91, 134, 189, 262, 9001, 10_107, 11_600, 11_602, 13_435, 13_436];
/** A connection broke while a command waited to be written; the driver passes on what the socket said. */
const BROKEN_SOCKET: unknown[] = ["EPIPE", "ECONNRESET", "ECONNABORTED", "ETIMEDOUT", "EHOSTUNREACH"];

/** Whether an operation failed because the database could not be reached or was changing its primary. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof MongoError)) {
    return error instanceof Error && "code" in error && BROKEN_SOCKET.includes(error.code);
  }
  return (
    error instanceof MongoNetworkError ||
    error instanceof MongoServerSelectionError ||
    error instanceof MongoUnexpectedServerResponseError ||
    // The driver does not export this class of its pool's.
    error.name === "MongoWaitQueueTimeoutError" ||
    error.hasErrorLabel(MongoErrorLabel.RetryableWriteError) ||
    STATE_CHANGES.includes(error.code)
  );
}
