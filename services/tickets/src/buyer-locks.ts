import type { Versioned } from "@ticketing/runtime/documents/document-store";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { cooldownEnd, type EndedHold, remembered, type StrikePolicy } from "./strikes.ts";
import type { UserStanding } from "./user-standing.ts";

/** Longer than a write can be under way: afterwards the ticket says whether a lock call took effect. */
const DOUBT_MS = 30_000;

/** A place for one lock, taken before the ticket is asked. */
interface Slot {
  orderId: string;
  /** The ticket that the order is for. Absent in slots written before they named it: those live by time alone. */
  ticketId?: string;
  /** The lock's deadline, or the latest that it can have. A slot whose time is over is free. */
  expireTime: Date;
  /** Until then a lock call may be under way, which the ticket does not show yet. */
  doubtUntil?: Date;
  /**
   * How many calls asked for this one lock and were not refused: a refused one cannot know how the others end. Absent
   * in slots of the release before, which knows `shared` alone.
   */
  callers?: number;
  /** More than one call asked. Replicas of the release before keep such a slot whoever is refused. */
  shared?: boolean;
  /** The order is giving its lock up: free as soon as the ticket is seen without it. */
  givenUp?: boolean;
}

/** How one buyer uses locks. `_id` is the buyer's id. */
export interface BuyerLocks extends Versioned {
  /** Whether this user may sell and buy. Absent: both are allowed, and an operator never decided about it. */
  standing?: UserStanding;
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

/** The user may sell and buy, or not. What is not newer than what is known changes nothing. */
export function withStanding(locks: BuyerLocks, standing: UserStanding): BuyerLocks {
  if (locks.standing && locks.standing.version >= standing.version) return locks;
  return { ...locks, standing, version: locks.version + 1 };
}

/** Throws PERMISSION_DENIED USER_SUSPENDED. */
export function requireMayTrade(standing: UserStanding | undefined): void {
  if (standing?.suspended) throw new DomainError("USER_SUSPENDED", "this account is suspended");
}

/** An order and the one ticket that it is for. */
interface Hold {
  orderId: string;
  ticketId: string;
}

/**
 * A buyer who never locked anything: not stored, so that what is stored first is version 2. A replica of the release
 * before stores this, and where it was late it replaces a version 1 without having read it.
 */
export const noLocks = (buyerId: string): BuyerLocks => ({
  _id: buyerId,
  version: 1,
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

/**
 * The slots whose tickets tell whether they are still needed: of a buyer who has no place left all of them, else none,
 * since it matters to nobody.
 */
export function slotsToAsk(locks: BuyerLocks, { limit }: Pick<LockPolicy, "limit">, now: Date): Hold[] {
  const taken = locks.slots.filter(({ expireTime }) => expireTime > now);
  if (taken.length < limit) return [];
  return taken.flatMap(({ orderId, ticketId }) => (ticketId ? [{ orderId, ticketId }] : []));
}

/**
 * How a ticket stands to an order: locked by it until then; `spent`, as the order had its lock and can get no other;
 * or `free` of it, where a lock call may yet be under way.
 */
export type Standing = { lockedUntil: Date } | "spent" | "free";

/** How the tickets that were asked stand, by order. */
export type Standings = ReadonlyMap<string, Standing>;

/**
 * Takes a slot for an order and its ticket until the latest deadline that the lock can have. `standings` are those of
 * {@link slotsToAsk}. Throws USER_SUSPENDED, ALREADY_EXISTS REQUEST_ID_REUSED for an order that is for another ticket,
 * RESOURCE_EXHAUSTED LOCK_LIMIT or LOCK_COOLDOWN with the time to wait.
 */
export function takeSlot(
  locks: BuyerLocks,
  hold: Hold & { expireTime: Date },
  standings: Standings,
  policy: LockPolicy,
  now: Date,
): BuyerLocks {
  const { slots, ended } = settle(locks, standings, policy, now);
  const own = slots.find(({ orderId }) => orderId === hold.orderId);
  const bound = own ?? ended.find(({ orderId }) => orderId === hold.orderId);
  if (bound && bound.ticketId !== hold.ticketId) {
    throw new DomainError("REQUEST_ID_REUSED", "this request_id was used for another ticket");
  }
  const doubtUntil = new Date(now.getTime() + DOUBT_MS);
  if (own) {
    const expireTime = new Date(Math.max(own.expireTime.getTime(), hold.expireTime.getTime()));
    const callers = own.callers ?? (own.shared ? undefined : 1);
    const joined = { ...own, expireTime, doubtUntil, shared: true, ...(callers && { callers: callers + 1 }) };
    return changed(
      locks,
      slots.map((slot) => (slot === own ? joined : slot)),
      ended,
    );
  }
  requireMayTrade(locks.standing);
  const pause = cooldownEnd(ended, policy);
  if (pause && pause > now) {
    throw new DomainError(
      "LOCK_COOLDOWN",
      "too many purchases were left unpaid; try again later",
      {},
      pause.getTime() - now.getTime(),
    );
  }
  if (slots.length >= policy.limit) {
    const first = Math.min(...slots.map((slot) => nextEnd(slot, standings.get(slot.orderId)).getTime()));
    const leftMs = first - now.getTime();
    throw new DomainError("LOCK_LIMIT", `only ${policy.limit} tickets can be held at a time`, {}, leftMs);
  }
  return changed(locks, [...slots, { ...hold, doubtUntil, callers: 1 }], ended);
}

/**
 * A call for this slot's lock was refused by the ticket. The last of them to be refused gives the slot back; until then
 * it stays, since another may have got the lock. One that never ends is waited for until the doubt is over.
 */
export function returnSlot(locks: BuyerLocks, orderId: string): BuyerLocks {
  const own = locks.slots.find((slot) => slot.orderId === orderId);
  if (!own || (own.shared && own.callers === undefined)) return locks;
  const callers = (own.callers ?? 1) - 1;
  const slots = locks.slots.flatMap((slot) => {
    if (slot !== own) return [slot];
    return callers > 0 ? [{ ...slot, callers }] : [];
  });
  return changed(locks, slots, endedOf(locks));
}

/** The lock was written, with a deadline that may be sooner than the latest it could have: its slot is free by then. */
export function endSlotAt(locks: BuyerLocks, orderId: string, expireTime: Date): BuyerLocks {
  if (!locks.slots.some((slot) => slot.orderId === orderId && slot.expireTime > expireTime)) return locks;
  const slots = locks.slots.map((slot) => (slot.orderId === orderId ? { ...slot, expireTime } : slot));
  return changed(locks, slots, endedOf(locks));
}

/**
 * An order is about to give its lock up. Its strike counts against the buyer now, once an order: only the first
 * call with a strike above 0 counts. The slot stays until the ticket is seen without the lock.
 */
export function giveUp(
  locks: BuyerLocks,
  hold: Hold & { time: Date },
  strike: number,
  policy: LockPolicy,
  now: Date,
): BuyerLocks {
  const ended = endedOf(locks);
  const { orderId, ticketId, time } = hold;
  const known = ended.find((other) => other.orderId === orderId);
  const counted = strike === 0 || (known !== undefined && known.strike > 0);
  const own = locks.slots.find((slot) => slot.orderId === orderId);
  if (counted && (!own || own.givenUp)) return locks;
  const slots = locks.slots.map((slot) => (slot === own ? { ...slot, ticketId, givenUp: true } : slot));
  const last = counted && known ? known : { orderId, ticketId, time, strike };
  const others = ended.filter((other) => other !== known);
  return changed(locks, slots, remembered([...others, last], policy, now));
}

/**
 * Slots whose time is over, whose order is spent, or of which nothing came, are free. Nothing is held against the buyer
 * for that: an order that was paid in time may only be waiting for its workflow, which tells of a lapse.
 */
function settle(locks: BuyerLocks, standings: Standings, policy: LockPolicy, now: Date) {
  const slots: Slot[] = [];
  const over: EndedHold[] = [];
  for (const slot of locks.slots) {
    const { orderId, ticketId } = slot;
    const expireTime = endOf(slot, standings.get(orderId), now);
    if (expireTime <= now) over.push({ orderId, ticketId, time: expireTime, strike: 0 });
    else slots.push({ ...slot, expireTime });
  }
  const ended = endedOf(locks);
  const fresh = over.filter(({ orderId }) => !ended.some((hold) => hold.orderId === orderId));
  return { slots, ended: remembered([...ended, ...fresh], policy, now) };
}

/** When a slot that is taken is free at the latest, if its ticket stays as it was seen. */
function nextEnd({ expireTime, doubtUntil, givenUp }: Slot, standing: Standing | undefined): Date {
  const doubtAlone = standing === "free" && !givenUp && doubtUntil !== undefined && doubtUntil < expireTime;
  return doubtAlone ? doubtUntil : expireTime;
}

/** When a slot is free, as far as its time and its ticket tell. */
function endOf({ expireTime, doubtUntil, givenUp }: Slot, standing: Standing | undefined, now: Date): Date {
  if (standing === undefined || expireTime <= now) return expireTime;
  if (standing === "spent") return now;
  const isUnderWay = !givenUp && doubtUntil !== undefined && doubtUntil > now;
  if (isUnderWay) return expireTime;
  return standing === "free" ? now : standing.lockedUntil;
}
