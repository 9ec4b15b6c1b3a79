/** A lock that ended, or a slot that never came to one. Its order stays bound to its ticket. */
export interface EndedHold {
  orderId: string;
  /** Absent in what was written before slots named their ticket. */
  ticketId?: string;
  /** When it ended; for a lapse the deadline, however late somebody noticed. */
  time: Date;
  /** What it counts against the buyer: 1, a half, or 0 for what was not the buyer's doing. */
  strike: number;
}

/** How many strikes bring a pause. */
export interface StrikePolicy {
  /** So many strikes ... */
  lapseLimit: number;
  /** ... within this time ... */
  lapseWindowMs: number;
  /** ... bring a pause of this length from the last one on. */
  cooldownMs: number;
}

/** How long an order stays bound to its ticket at least, far longer than any call is under way. */
const BOUND_MS = 3_600_000;
/** How many of those that count nothing are kept. */
const KEPT_HARMLESS = 50;

/** The ended locks that still matter: their strikes count, or their orders stay bound to their tickets. */
export function remembered(ended: readonly EndedHold[], policy: StrikePolicy, now: Date): EndedHold[] {
  // The oldest strike of a pause is a window older than the newest, and matters until the pause is over.
  const since = now.getTime() - Math.max(policy.lapseWindowMs + policy.cooldownMs, BOUND_MS);
  const recent = ended.filter(({ time }) => time.getTime() > since);
  const harmless = recent.filter(({ strike }) => strike === 0).slice(-KEPT_HARMLESS);
  return recent.filter((hold) => hold.strike > 0 || harmless.includes(hold));
}

/** When the pause ends that the newest strikes brought, if they came close enough together. */
export function cooldownEnd(ended: readonly EndedHold[], policy: StrikePolicy): Date | undefined {
  const strikes = ended
    .filter(({ strike }) => strike > 0)
    .map(({ time, strike }) => ({ time: time.getTime(), strike }))
    .sort((a, b) => b.time - a.time);
  const last = strikes[0]?.time ?? 0;
  let sum = 0;
  for (const { time, strike } of strikes) {
    if (last - time > policy.lapseWindowMs) return undefined;
    sum += strike;
    if (sum >= policy.lapseLimit) return new Date(last + policy.cooldownMs);
  }
  return undefined;
}
