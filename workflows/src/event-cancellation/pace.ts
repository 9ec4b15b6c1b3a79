import { setTimeout as sleep } from "node:timers/promises";

/** Lets callers go on at an even rate. */
export interface Pace {
  /** Resolves when it is the caller's turn, in the order of the calls. Rejects when the signal aborts. */
  turn(signal: AbortSignal): Promise<void>;
}

/** So many turns a second for all who share it. A time in which nobody asked is not made up for. */
export function createPace(
  perSecond: number,
  clock: { now: () => number; sleep: (ms: number, signal: AbortSignal) => Promise<unknown> } = real,
): Pace {
  const betweenMs = 1_000 / perSecond;
  let next = Number.NEGATIVE_INFINITY;
  return {
    async turn(signal) {
      signal.throwIfAborted();
      const now = clock.now();
      const mine = Math.max(now, next);
      next = mine + betweenMs;
      if (mine > now) await clock.sleep(mine - now, signal);
    },
  };
}

const real = {
  now: () => performance.now(),
  sleep: (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }),
};
