import { createHash } from "node:crypto";
import { Code } from "@connectrpc/connect";
import type { Clock } from "@ticketing/runtime/clock";
import { DomainError } from "@ticketing/runtime/domain-error";
import type { Collection } from "mongodb";

const WINDOW_MS = 15 * 60_000;
/** Wrong passwords for one account from one address. Per address, so that nobody can lock somebody else out. */
const LIMIT = 10;

/** One wrong password. `key` hides which account and address it was for. */
export interface FailedLogin {
  key: string;
  time: Date;
}

/** Slows down guessing: so many wrong passwords for an account from an address, then a pause. */
export interface LoginAttempts {
  /** Runs the check unless there were too many failures; a null result is one more. */
  guard<T>(email: string, address: string, check: () => Promise<T | null>): Promise<T | null>;
}

/** Failures as one document each, so that two replicas count together and none overwrites another. */
export async function createLoginAttempts(
  collection: Collection<FailedLogin>,
  clock: Clock,
): Promise<LoginAttempts> {
  await collection.createIndex({ key: 1, time: 1 });
  await collection.createIndex({ time: 1 }, { expireAfterSeconds: WINDOW_MS / 1000 });
  return {
    async guard(email, address, check) {
      const key = createHash("sha256").update(`${email}\n${address}`).digest("base64url");
      const now = clock();
      const since = new Date(now.getTime() - WINDOW_MS);
      const failures = await collection
        .find({ key, time: { $gt: since } })
        .sort({ time: 1 })
        .limit(LIMIT)
        .toArray();
      const oldest = failures[0];
      if (oldest && failures.length >= LIMIT) {
        const retryAfter = Math.ceil((oldest.time.getTime() + WINDOW_MS - now.getTime()) / 1000);
        throw new DomainError(
          Code.ResourceExhausted,
          "TOO_MANY_ATTEMPTS",
          "too many wrong passwords; try again later",
          { retryAfter: String(retryAfter) },
        );
      }
      const result = await check();
      if (result === null) await collection.insertOne({ key, time: now });
      return result;
    },
  };
}
