import { createHash } from "node:crypto";
import type { Clock } from "@ticketing/runtime/process/clock";
import { newId } from "@ticketing/runtime/process/ids";
import type { Collection } from "mongodb";

/** No attempt takes longer: the end of one that is still in flight then will never be known, since its process died. */
const LONGEST_MS = 120_000;

/** One attempt. `key` is a hash, which hides the account or address. */
export interface Attempt {
  _id: string;
  key: string;
  time: Date;
  /** While it is not known how the attempt ends. */
  inFlight?: true;
}

/** What was tried lately, one document each, so that replicas count together and none overwrites another. */
export interface RecentAttempts {
  /** Notes an attempt under the key and returns its id. */
  add(key: string): Promise<string>;
  /**
   * Notes one whose end is not known: it counts until it is removed or two minutes are over, and does not count as
   * `ended` until `end`.
   */
  begin(key: string): Promise<string>;
  end(id: string): Promise<void>;
  remove(id: string): Promise<void>;
  /**
   * Milliseconds until fewer than `limit` attempts under the key lie within the window; undefined if that is so now.
   * The attempt `except` does not count, nor one whose process died; with `ended`, none does that is in flight.
   */
  wait(
    key: string,
    limit: number,
    but?: { except?: string | undefined; ended?: boolean },
  ): Promise<number | undefined>;
}

/** Attempts within a window, which the database forgets after it. */
export async function createRecentAttempts(
  collection: Collection<Attempt>,
  { windowMs, clock }: { windowMs: number; clock: Clock },
): Promise<RecentAttempts> {
  await collection.createIndex({ key: 1, time: -1 });
  await collection.createIndex({ time: 1 }, { expireAfterSeconds: windowMs / 1000 });
  async function note(key: string, state: Pick<Attempt, "inFlight">): Promise<string> {
    const attempt = { _id: newId(), key, time: clock(), ...state };
    await collection.insertOne(attempt);
    return attempt._id;
  }

  return {
    add: (key) => note(key, {}),
    begin: (key) => note(key, { inFlight: true }),
    async end(id) {
      await collection.updateOne({ _id: id }, { $unset: { inFlight: true } });
    },
    async remove(id) {
      await collection.deleteOne({ _id: id });
    },
    async wait(key, limit, { except, ended } = {}) {
      const now = clock().getTime();
      const [blocking] = await collection
        .find({
          key,
          time: { $gt: new Date(now - windowMs) },
          ...(except && { _id: { $ne: except } }),
          ...(ended
            ? { inFlight: { $exists: false } }
            : { $nor: [{ inFlight: true, time: { $lte: new Date(now - LONGEST_MS) } }] }),
        })
        .sort({ time: -1 })
        .skip(limit - 1)
        .limit(1)
        .toArray();
      return blocking && blocking.time.getTime() + windowMs - now;
    },
  };
}

/** A hashed key, from which the account or address cannot be read. */
export const attemptKey = (...parts: string[]): string =>
  createHash("sha256").update(parts.join("\n")).digest("base64url");
