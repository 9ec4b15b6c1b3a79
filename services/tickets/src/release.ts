import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Lock } from "./ticket.ts";

/** A buyer let a ticket go unpaid. */
export interface Release {
  orderId: string;
  buyerId: string;
  /** When it was let go; for a lapse the deadline, however late somebody noticed. */
  time: Date;
  /** The event's start and not the buyer's time was the deadline. */
  cutShort: boolean;
}

/** How many of a ticket's releases are kept. */
const KEPT_RELEASES = 50;

/** What is known of a lock that goes unpaid now, or went at its deadline. */
export const releaseOf = ({ orderId, buyerId, expireTime }: Lock, startTime: Date, now: Date): Release => ({
  orderId,
  buyerId,
  time: expireTime < now ? expireTime : now,
  cutShort: expireTime >= startTime,
});

export const withRelease = (releases: readonly Release[], release: Release): Release[] =>
  [...releases, release].slice(-KEPT_RELEASES);

/**
 * Who let this ticket go unpaid waits before taking it again, so that somebody else can have it.
 * Throws RESOURCE_EXHAUSTED RELOCK_TOO_SOON with the time to wait.
 */
export function requireWaited(
  releases: readonly Release[],
  buyerId: string,
  waitMs: number,
  now: Date,
): void {
  const times = releases.filter((release) => release.buyerId === buyerId).map(({ time }) => time.getTime());
  const leftMs = Math.max(...times) + waitMs - now.getTime();
  if (leftMs > 0) {
    throw new DomainError(
      "RELOCK_TOO_SOON",
      "this ticket was let go unpaid a moment ago; others come first",
      {},
      leftMs,
    );
  }
}
