import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Db } from "mongodb";
import { type Attempt, attemptKey, createRecentAttempts } from "./recent-attempts.ts";

const WINDOW_MS = 15 * 60_000;
/** Wrong passwords for one account from one address. */
const PAIR_LIMIT = 10;
/** Wrong passwords from one address, for whichever account: somebody tries a list of stolen passwords. */
const ADDRESS_LIMIT = 100;
/** Wrong passwords for one account, from wherever: many machines guess together. */
const ACCOUNT_LIMIT = 100;
/** A password is checked within a second or so, and a queue of them within some. */
const BUSY_MS = 2_000;
/** How long an address from which an account signed in is known as its own. */
const FAMILIAR_S = 90 * 24 * 3600;
/** How long a note of a familiar address is as good as a new one. */
const RENEW_MS = 24 * 3_600_000;

/** Slows down guessing: so many wrong passwords, then a pause. */
export interface LoginAttempts {
  /**
   * Runs the check unless there were too many failures; a null result is one more. Nobody can lock an owner out from
   * afar: the account's own limit does not hold for an address from which its owner signed in before.
   * Throws RESOURCE_EXHAUSTED TOO_MANY_ATTEMPTS with the time to wait, or BUSY where nothing but checks that are under
   * way are too many: nobody knows yet that one of them fails.
   */
  guard<T>(email: string, address: string, check: () => Promise<T | null>): Promise<T | null>;
}

/** Attempts in `failed_logins`, familiar addresses in `familiar_addresses`, shared by all replicas. */
export async function createLoginAttempts(db: Db, clock: Clock): Promise<LoginAttempts> {
  const attempts = await createRecentAttempts(db.collection<Attempt>("failed_logins"), {
    windowMs: WINDOW_MS,
    clock,
  });
  const familiar = db.collection<{ _id: string; time: Date }>("familiar_addresses");
  await familiar.createIndex({ time: 1 }, { expireAfterSeconds: FAMILIAR_S });

  async function requireFew(key: string, limit: number, except?: string): Promise<void> {
    if ((await attempts.wait(key, limit, { except })) === undefined) return;
    const waitMs = await attempts.wait(key, limit, { except, ended: true });
    if (waitMs === undefined)
      throw new DomainError("BUSY", "too many sign-ins at once; try again shortly", {}, BUSY_MS);
    throw new DomainError("TOO_MANY_ATTEMPTS", "too many wrong passwords; try again later", {}, waitMs);
  }

  return {
    async guard(email, address, check) {
      const pair = attemptKey("pair", email, address);
      const from = attemptKey("address", address);
      const account = attemptKey("account", email);
      const known = await familiar.findOne({ _id: pair });
      const requireFewOfAll = (but: readonly string[] = []) =>
        Promise.all([
          requireFew(pair, PAIR_LIMIT, but[0]),
          requireFew(from, ADDRESS_LIMIT, but[1]),
          known ? undefined : requireFew(account, ACCOUNT_LIMIT, but[2]),
        ]);
      await requireFewOfAll();

      // Noted before it is known to fail: of many guesses at once no more than the limits are answered.
      const noted = await Promise.all([pair, from, account].map(attempts.begin));
      let result: Awaited<ReturnType<typeof check>>;
      try {
        await requireFewOfAll(noted);
        result = await check();
      } catch (error) {
        await Promise.all(noted.map(attempts.remove));
        throw error;
      }
      if (result === null) {
        await Promise.all(noted.map(attempts.end));
      } else {
        await Promise.all(noted.map(attempts.remove));
        if (known && clock().getTime() - known.time.getTime() < RENEW_MS) return result;
        await familiar.updateOne({ _id: pair }, { $set: { time: clock() } }, { upsert: true });
      }
      return result;
    },
  };
}
