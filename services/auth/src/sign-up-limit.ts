import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Db } from "mongodb";
import { type Attempt, attemptKey, createRecentAttempts } from "./recent-attempts.ts";

const WINDOW_MS = 3_600_000;

/** Bounds how many accounts one address opens: each account may hold tickets. */
export interface SignUpLimit {
  /** Counts one more. Throws RESOURCE_EXHAUSTED TOO_MANY_ACCOUNTS with the time to wait. */
  take(address: string): Promise<void>;
}

/** Sign-ups of the last hour in `sign_ups`, shared by all replicas. */
export async function createSignUpLimit(
  db: Db,
  { limit, clock }: { limit: number; clock: Clock },
): Promise<SignUpLimit> {
  const signUps = await createRecentAttempts(db.collection<Attempt>("sign_ups"), {
    windowMs: WINDOW_MS,
    clock,
  });
  return {
    async take(address) {
      const key = attemptKey("sign-up", address);
      const noted = await signUps.add(key);
      const waitMs = await signUps.wait(key, limit, { except: noted });
      if (waitMs === undefined) return;
      await signUps.remove(noted);
      throw new DomainError(
        "TOO_MANY_ACCOUNTS",
        "too many accounts were opened from here; try again later",
        {},
        waitMs,
      );
    },
  };
}
