import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { isDuplicateKey } from "@ticketing/runtime/documents/duplicate-key";
import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Db } from "mongodb";

/** Lets one merge of events be under way at a time, of all replicas: what one of them looks at no other changes. */
export interface MergeLock {
  /** Does the work when it is its turn. Throws CONTENTION when others take too long. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

interface Holder {
  _id: string;
  owner: string;
  until: Date;
}

/** A merge takes milliseconds: whose process died in it is waited for no longer. */
const LEASE_MS = 10_000;
const TRIES = 150;
const WAIT_MS = 20;

export function createMergeLock(db: Db, clock: Clock): MergeLock {
  const holders = db.collection<Holder>("merge_lock");

  async function take(owner: string): Promise<boolean> {
    const now = clock();
    await holders.deleteOne({ _id: "merge", until: { $lte: now } });
    try {
      await holders.insertOne({ _id: "merge", owner, until: new Date(now.getTime() + LEASE_MS) });
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  return {
    async alone(work) {
      const owner = randomUUID();
      for (let tries = 1; !(await take(owner)); tries++) {
        if (tries === TRIES) throw new DomainError("CONTENTION", "other events are being merged; try again");
        await sleep(Math.random() * 2 * WAIT_MS);
      }
      try {
        return await work();
      } finally {
        await holders.deleteOne({ _id: "merge", owner });
      }
    },
  };
}
