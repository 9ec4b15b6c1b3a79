import type { Clock } from "./clock.ts";

/** So many at once, and as many within each window after it. */
export interface Rate {
  count: number;
  windowMs: number;
}

/** Counts what each key takes, in this process's memory: a service with n replicas allows n times as much. */
export interface RateLimit {
  /** Takes one, and returns undefined; or takes nothing, and returns the milliseconds until there is one. */
  take(key: string): number | undefined;
}

/** A limit that forgets a key once it may take all again. */
export function createRateLimit({ count, windowMs }: Rate, clock: Clock): RateLimit {
  const msForOne = windowMs / count;
  /** When a key has taken nothing any more, by key; the one that took last is the last. */
  const freeAt = new Map<string, number>();
  return {
    take(key) {
      const now = clock().getTime();
      for (const [oldest, time] of freeAt) {
        if (time > now) break;
        freeAt.delete(oldest);
      }
      const free = Math.max(now, freeAt.get(key) ?? now) + msForOne;
      if (free - now > windowMs) return Math.ceil(free - now - windowMs);
      freeAt.delete(key);
      freeAt.set(key, free);
      return undefined;
    },
  };
}
