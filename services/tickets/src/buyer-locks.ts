import { Code } from "@connectrpc/connect";
import type { Reason } from "@ticketing/proto/reason";
import type { VersionedDocument } from "@ticketing/runtime/document-store";
import { DomainError } from "@ticketing/runtime/domain-error";

interface Slot {
  orderId: string;
  expireTime: Date;
}

interface Lapse {
  orderId: string;
  time: Date;
}

/** How one buyer uses locks. `_id` is the buyer's id. Publishes nothing. */
export interface BuyerLocks extends VersionedDocument {
  slots: Slot[];
  lapses: Lapse[];
}

/** How many locks at a time, and how many may lapse before a pause. */
export interface LockPolicy {
  limit: number;
  lapseLimit: number;
  lapseWindowMs: number;
  cooldownMs: number;
}

/** A buyer who never locked anything. */
export const noLocks = (buyerId: string): BuyerLocks => ({
  _id: buyerId,
  version: 1,
  history: [],
  published: 1,
  pending: false,
  slots: [],
  lapses: [],
});

const changed = (locks: BuyerLocks, changes: Partial<BuyerLocks>): BuyerLocks => ({
  ...locks,
  ...changes,
  version: locks.version + 1,
});

/**
 * Takes a slot for an order until its lock's deadline. A slot whose time is over is free, and a lock that
 * ran out that way is a lapse. Throws RESOURCE_EXHAUSTED LOCK_LIMIT or LOCK_COOLDOWN with retryTime.
 */
export function takeSlot(
  locks: BuyerLocks,
  orderId: string,
  expireTime: Date,
  policy: LockPolicy,
  now: Date,
): BuyerLocks {
  if (locks.slots.some((slot) => slot.orderId === orderId && slot.expireTime > now)) return locks;
  const current = settle(locks, now, policy);
  const pause = cooldownEnd(current.lapses, policy);
  if (pause && pause > now) {
    throw exhausted("LOCK_COOLDOWN", "too many purchases were left unpaid; try again later", pause);
  }
  if (current.slots.length >= policy.limit) {
    const first = current.slots.reduce((a, b) => (a.expireTime < b.expireTime ? a : b));
    throw exhausted("LOCK_LIMIT", `only ${policy.limit} tickets can be held at a time`, first.expireTime);
  }
  return changed(current, { slots: [...current.slots, { orderId, expireTime }] });
}

/** Gives an order's slot back: the ticket was refused, sold, or let go in time. */
export function releaseSlot(locks: BuyerLocks, orderId: string): BuyerLocks {
  const slots = locks.slots.filter((slot) => slot.orderId !== orderId);
  return slots.length === locks.slots.length ? locks : changed(locks, { slots });
}

/** Gives the slot back and remembers that the buyer let the lock run out; once per order. */
export function recordLapse(locks: BuyerLocks, orderId: string, policy: LockPolicy, now: Date): BuyerLocks {
  const held = locks.slots.find((slot) => slot.orderId === orderId);
  if (!held) return locks;
  const slots = locks.slots.filter((slot) => slot !== held);
  return changed(locks, { slots, lapses: recent([...locks.lapses, { orderId, time: now }], now, policy) });
}

function settle(locks: BuyerLocks, now: Date, policy: LockPolicy): BuyerLocks {
  const over = locks.slots.filter((slot) => slot.expireTime <= now);
  const lapses = over.map((slot) => ({ orderId: slot.orderId, time: slot.expireTime }));
  return {
    ...locks,
    slots: locks.slots.filter((slot) => slot.expireTime > now),
    lapses: recent([...locks.lapses, ...lapses], now, policy),
  };
}

/** Lapses that still count: for the window, or for the pause that they caused. */
function recent(lapses: Lapse[], now: Date, policy: LockPolicy): Lapse[] {
  const since = now.getTime() - Math.max(policy.lapseWindowMs, policy.cooldownMs);
  return lapses.filter((lapse) => lapse.time.getTime() > since);
}

/** When the pause ends that the newest lapses caused, if they came close enough together. */
function cooldownEnd(lapses: Lapse[], policy: LockPolicy): Date | undefined {
  const newest = lapses.map((lapse) => lapse.time.getTime()).sort((a, b) => b - a);
  const last = newest[0];
  const first = newest[policy.lapseLimit - 1];
  if (last === undefined || first === undefined || last - first > policy.lapseWindowMs) return undefined;
  return new Date(last + policy.cooldownMs);
}

function exhausted(reason: Reason, message: string, retryTime: Date): DomainError {
  return new DomainError(Code.ResourceExhausted, reason, message, { retryTime: retryTime.toISOString() });
}
