import { Code } from "@connectrpc/connect";
import type { VersionedDocument } from "@ticketing/runtime/document-store";
import { DomainError } from "@ticketing/runtime/domain-error";
import { cooldownEnd, type EndedHold, remembered, type StrikePolicy } from "./strikes.ts";

/** Longer than a write can be under way: afterwards the ticket says whether a lock call took effect. */
const DOUBT_MS = 30_000;

/** A place for one lock, taken before the ticket is asked. */
interface Slot {
  orderId: string;
  /** The ticket that the order is for. Absent in slots written before they named it: those live by time alone. */
  ticketId?: string;
  /** The lock's deadline. A slot whose time is over is free. */
  expireTime: Date;
  /** Until then a lock call may be under way; absent once the ticket was seen to be the order's. */
  doubtUntil?: Date;
  /** Several calls ask for this one lock: one that is refused cannot know how the others end. */
  shared?: boolean;
}

/** How one buyer uses locks. `_id` is the buyer's id. Publishes nothing. */
export interface BuyerLocks extends VersionedDocument {
  slots: Slot[];
  /** Absent until the first lock of a buyer ends. */
  ended?: EndedHold[];
  /**
   * Locks that ran out, as the release before `ended` keeps them: each counts one strike. This one empties it, and
   * leaves it there for replicas of that release.
   */
  lapses: { orderId: string; time: Date }[];
}

/** How many locks at a time, and what brings a pause. */
export interface LockPolicy extends StrikePolicy {
  limit: number;
}

/** An order and the one ticket that it is for. */
interface Hold {
  orderId: string;
  ticketId: string;
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

const changed = (locks: BuyerLocks, slots: Slot[], ended: EndedHold[]): BuyerLocks => ({
  ...locks,
  slots,
  ended,
  lapses: [],
  version: locks.version + 1,
});

const endedOf = ({ ended = [], lapses }: BuyerLocks): EndedHold[] => [
  ...ended.filter(({ orderId }) => !lapses.some((lapse) => lapse.orderId === orderId)),
  ...lapses.map((lapse) => ({ ...lapse, strike: 1 })),
];

/** The slots of which only their tickets can tell now whether a lock came of them. */
export const slotsInDoubt = (locks: BuyerLocks, now: Date): Hold[] =>
  locks.slots.flatMap(({ orderId, ticketId, expireTime, doubtUntil }) =>
    ticketId && doubtUntil && doubtUntil <= now && expireTime > now ? [{ orderId, ticketId }] : [],
  );

/**
 * Takes a slot for an order and its ticket until the lock's deadline. `held` are the orders among those in doubt whose
 * lock was found on their ticket; the others' slots are free. Throws ALREADY_EXISTS REQUEST_ID_REUSED for an order
 * that is for another ticket, RESOURCE_EXHAUSTED LOCK_LIMIT or LOCK_COOLDOWN with retryTime.
 */
export function takeSlot(
  locks: BuyerLocks,
  hold: Hold & { expireTime: Date },
  held: ReadonlySet<string>,
  policy: LockPolicy,
  now: Date,
): BuyerLocks {
  const { slots, ended } = settle(locks, held, policy, now);
  const own = slots.find(({ orderId }) => orderId === hold.orderId);
  const bound = own ?? ended.find(({ orderId }) => orderId === hold.orderId);
  if (bound && bound.ticketId !== hold.ticketId) {
    throw new DomainError(
      Code.AlreadyExists,
      "REQUEST_ID_REUSED",
      "this request_id was used for another ticket",
    );
  }
  const doubtUntil = new Date(now.getTime() + DOUBT_MS);
  if (own) {
    const expireTime = new Date(Math.max(own.expireTime.getTime(), hold.expireTime.getTime()));
    const joined = { ...own, expireTime, doubtUntil, shared: true };
    return changed(
      locks,
      slots.map((slot) => (slot === own ? joined : slot)),
      ended,
    );
  }
  const pause = cooldownEnd(ended, policy);
  if (pause && pause > now) {
    throw exhausted("LOCK_COOLDOWN", "too many purchases were left unpaid; try again later", pause);
  }
  if (slots.length >= policy.limit) {
    const first = slots.reduce((a, b) => (a.expireTime < b.expireTime ? a : b));
    throw exhausted("LOCK_LIMIT", `only ${policy.limit} tickets can be held at a time`, first.expireTime);
  }
  return changed(locks, [...slots, { ...hold, doubtUntil }], ended);
}

/**
 * Gives a slot back whose call the ticket refused. One that several calls asked for stays until its doubt is over:
 * another of them may have got the lock.
 */
export function returnSlot(locks: BuyerLocks, orderId: string): BuyerLocks {
  const slots = locks.slots.filter((slot) => slot.orderId !== orderId || slot.shared);
  return slots.length === locks.slots.length ? locks : changed(locks, slots, endedOf(locks));
}

/** A lock ended. What it counts against the buyer is counted once an order, by the first word of it that counts. */
export function endHold(
  locks: BuyerLocks,
  hold: Hold & { time: Date },
  strike: number,
  policy: LockPolicy,
  now: Date,
): BuyerLocks {
  const slots = locks.slots.filter(({ orderId }) => orderId !== hold.orderId);
  const ended = endedOf(locks);
  const known = ended.find(({ orderId }) => orderId === hold.orderId);
  const counted = strike === 0 || (known !== undefined && known.strike > 0);
  if (slots.length === locks.slots.length && counted) return locks;
  const { orderId, ticketId, time } = hold;
  const others = ended.filter((other) => other !== known);
  const last = known && known.strike > 0 ? known : { orderId, ticketId, time, strike };
  return changed(locks, slots, remembered([...others, last], policy, now));
}

/**
 * Slots whose time is over, or of which nothing came, are free. Nothing is held against the buyer for that: an order
 * that was paid in time may only be waiting for its workflow, which tells of a lapse.
 */
function settle(locks: BuyerLocks, held: ReadonlySet<string>, policy: LockPolicy, now: Date) {
  const slots: Slot[] = [];
  const over: EndedHold[] = [];
  for (const slot of locks.slots) {
    const { orderId, ticketId, expireTime, doubtUntil } = slot;
    const told = ticketId !== undefined && doubtUntil !== undefined && doubtUntil <= now;
    if (expireTime <= now) over.push({ orderId, ticketId, time: expireTime, strike: 0 });
    else if (told && !held.has(orderId)) over.push({ orderId, ticketId, time: now, strike: 0 });
    else slots.push(told ? { orderId, ticketId, expireTime } : slot);
  }
  const ended = endedOf(locks);
  const fresh = over.filter(({ orderId }) => !ended.some((hold) => hold.orderId === orderId));
  return { slots, ended: remembered([...ended, ...fresh], policy, now) };
}

function exhausted(reason: "LOCK_COOLDOWN" | "LOCK_LIMIT", message: string, retryTime: Date): DomainError {
  return new DomainError(Code.ResourceExhausted, reason, message, { retryTime: retryTime.toISOString() });
}
