import { type Category, TicketStatus, TicketUnlockReason } from "@ticketing/proto/tickets/v1/ticket";
import { TicketEventSchema } from "@ticketing/proto/tickets/v1/ticket_events";
import { type Aggregate, type TransitionType, transitionsOf } from "@ticketing/runtime/documents/transition";
import { isOver } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { type FeePolicy, requireSaleable } from "@ticketing/runtime/values/fees";
import type { Money } from "@ticketing/runtime/values/money";
import type { Seat } from "@ticketing/runtime/values/seat";
import type { TicketedEvent } from "@ticketing/runtime/values/ticketed-event";
import type { Edit } from "./edits.ts";
import { requireTakesPlace } from "./event-directory.ts";
import { type Release, releaseOf, requireWaited, withRelease } from "./release.ts";
import type { UserStanding } from "./user-standing.ts";

/** How much of its published history a ticket keeps; a much-contested one would grow without end. */
export const KEPT_TRANSITIONS = 50;

/** A ticket begins and goes on with the transitions of its event. */
export const { begin, advance } = transitionsOf(TicketEventSchema);

/** What a seller says of a ticket. */
export interface Offer {
  title: string;
  category: Category;
  event: TicketedEvent;
  /** Which version of its event it knows; absent without the event's id. */
  eventVersion?: number | undefined;
  /** Its event was looked up before this was written, and not since: nobody locks it until that is done. */
  eventUnsure?: true | undefined;
  seat: Seat;
  price: Money;
}

/** A buyer's hold. It is over at `expireTime`, whether or not somebody removed it. */
export interface Lock {
  orderId: string;
  buyerId: string;
  expireTime: Date;
}

/** What is stored of a ticket's status. LOCKED and EXPIRED are not: they are computed from the time. */
export type StoredStatus = TicketStatus.AVAILABLE | TicketStatus.SOLD | TicketStatus.WITHDRAWN;

/** One ticket, the document that decides who may buy it. */
export interface Ticket extends Aggregate<TransitionType<typeof TicketEventSchema>>, Offer {
  sellerId: string;
  sellerName: string;
  storedStatus: StoredStatus;
  lock?: Lock;
  /** The order that bought it; fences the relisting. */
  soldOrderId?: string;
  soldBuyerId?: string;
  /** Orders that had their lock; an order locks once in its life. The newest of them. */
  spentOrderIds: string[];
  /** Who let it go unpaid, and when. The newest of them; absent until the first. */
  releases?: Release[];
  /** What its seller changed, and when. The newest of it; absent until the first. */
  edits?: Edit[];
  /** What the first CreateTicket asked for, to tell a repeat from another wish. */
  requestFingerprint: string;
  createTime: Date;
  /** Whether its seller may sell; absent: yes, and an operator never decided about it. */
  sellerStanding?: UserStanding;
  /** An operator took it off sale for good; absent: nobody did. */
  takenDown?: TakeDown;
  /** Whether its seller has added its file, by the version of what deliveries keep of it; absent: never. */
  file?: { version: number; ready: boolean };
}

/** Why an operator takes a ticket off sale. */
export interface TakeDown {
  operatorId: string;
  reason: string;
}

const priceChanged = (price: Money) =>
  new DomainError("PRICE_CHANGED", "the price has changed", {
    minorUnits: String(price.minorUnits),
    currency: price.currency,
  });

/** The lock that holds at an instant, if one does. */
export function liveLock(ticket: Ticket, now: Date): Lock | undefined {
  return ticket.lock && !isOver(ticket.lock.expireTime, now) ? ticket.lock : undefined;
}

/**
 * The status at an instant: what is unsold is LOCKED while a lock lives, also past a start that was brought forward under
 * it, EXPIRED once its event began, and WITHDRAWN while its seller is suspended, or if it was taken down or its event
 * cancelled under a lock that is over.
 */
export function statusAt(ticket: Ticket, now: Date): TicketStatus {
  if (ticket.storedStatus !== TicketStatus.AVAILABLE) return ticket.storedStatus;
  if (liveLock(ticket, now)) return TicketStatus.LOCKED;
  if (ticket.event.startTime <= now) return TicketStatus.EXPIRED;
  return ticket.event.cancelled || isKeptOff(ticket) ? TicketStatus.WITHDRAWN : TicketStatus.AVAILABLE;
}

/** Whether an operator keeps it off sale. A lock that is held goes on. */
export const isKeptOff = ({ sellerStanding, takenDown }: Ticket): boolean =>
  sellerStanding?.suspended === true || takenDown !== undefined;

/** The lock goes, and its order is spent. */
const withoutLock = (ticket: Ticket): Partial<Ticket> => ({
  lock: undefined,
  spentOrderIds: ticket.lock
    ? [...ticket.spentOrderIds, ticket.lock.orderId].slice(-KEPT_TRANSITIONS)
    : ticket.spentOrderIds,
});

/** Whether an order can still buy it: its lock decides that, not the clock. */
export const isReserved = ({ storedStatus, lock }: Ticket): boolean =>
  storedStatus === TicketStatus.AVAILABLE && lock !== undefined;

/** Takes away an unpaid lock and records its release, dated at the deadline if that is past. */
export const released = (ticket: Ticket, now: Date): Partial<Ticket> & Pick<Ticket, "releases"> => {
  const { lock, releases = [], event } = ticket;
  if (!lock) return { ...withoutLock(ticket), releases };
  return { ...withoutLock(ticket), releases: withRelease(releases, releaseOf(lock, event.startTime, now)) };
};

/** Throws EVENT_STARTED with startTime unless the start lies ahead. */
export function requireAhead(startTime: Date, now: Date): void {
  if (startTime <= now) {
    throw new DomainError("EVENT_STARTED", "the event has begun", { startTime: startTime.toISOString() });
  }
}

/** Throws unless the ticket is for sale and nobody holds it. */
export function requireFree(ticket: Ticket, now: Date): void {
  if (ticket.storedStatus === TicketStatus.SOLD) throw new DomainError("TICKET_SOLD", "this ticket is sold");
  if (ticket.storedStatus === TicketStatus.WITHDRAWN) {
    throw new DomainError("TICKET_WITHDRAWN", "this ticket is no longer for sale");
  }
  const lock = liveLock(ticket, now);
  if (lock) {
    throw new DomainError("TICKET_LOCKED", "somebody is paying for this ticket", {
      lockedUntil: lock.expireTime.toISOString(),
    });
  }
  if (ticket.takenDown) throw new DomainError("TICKET_WITHDRAWN", "this ticket was taken down");
}

/** What a buyer's order asks for. */
export interface LockWish {
  orderId: string;
  buyerId: string;
  expectedPrice: Money;
  /** When the buyer's time to pay is over; the event's start may be sooner. */
  until: Date;
  /** How long a buyer waits who let this ticket go unpaid. */
  relockWaitMs: number;
  /** At which prices something can be sold. */
  fees: FeePolicy;
}

/** A buyer's order takes the ticket for a while. Its own live lock again: nothing changes. */
export function lock(ticket: Ticket, order: LockWish, now: Date): Ticket {
  if (ticket.sellerId === order.buyerId) throw new DomainError("OWN_TICKET", "this is your own ticket");
  if (liveLock(ticket, now)?.orderId === order.orderId) {
    requirePrice(ticket, order.expectedPrice);
    return ticket;
  }
  requireFree(ticket, now);
  requireSellerMaySell(ticket);
  requireSettled(ticket);
  requireTakesPlace(ticket.event);
  requireAhead(ticket.event.startTime, now);
  if (ticket.lock?.orderId === order.orderId || ticket.spentOrderIds.includes(order.orderId)) {
    throw lapsed();
  }
  const { releases = [], ...freed } = released(ticket, now);
  requireWaited(releases, order.buyerId, order.relockWaitMs, now);
  requireSaleable(order.fees, ticket.price);
  requirePrice(ticket, order.expectedPrice);
  const { orderId, buyerId, until } = order;
  const expireTime = new Date(Math.min(until.getTime(), ticket.event.startTime.getTime()));
  const changes = { ...freed, releases, lock: { orderId, buyerId, expireTime } };
  return advance(ticket, { case: "ticketLocked", value: { orderId } }, now, changes);
}

/** Throws SELLER_SUSPENDED. */
function requireSellerMaySell({ sellerStanding }: Ticket): void {
  if (sellerStanding?.suspended) throw new DomainError("SELLER_SUSPENDED", "its seller may not sell");
}

/** Throws CONTENTION while its event may have changed unheard. */
function requireSettled({ eventUnsure }: Ticket): void {
  if (eventUnsure) throw new DomainError("CONTENTION", "the ticket's event is being looked up; try again");
}

const lapsed = () => new DomainError("LOCK_LAPSED", "this order had the ticket and lost it; start a new one");

/** Throws LOCK_LAPSED if the lock is over by the time its order is answered: a slow write can outlast it. */
export function requireLive(ticket: Ticket, orderId: string, now: Date): void {
  if (liveLock(ticket, now)?.orderId !== orderId) throw lapsed();
}

/** Throws PRICE_CHANGED unless the price is what the buyer saw. */
function requirePrice({ price }: Ticket, expected: Money): void {
  if (price.minorUnits !== expected.minorUnits || price.currency !== expected.currency) {
    throw priceChanged(price);
  }
}

/** Why an order lets a ticket go, as it is stored: the contract's values by their names in lower case. */
export type ReleaseReason = "cancelled" | "expired" | "payment_failed" | "declined" | "no_order";

/** Those that are the buyer's doing. */
const BUYERS_DOING: readonly ReleaseReason[] = ["cancelled", "expired", "declined"];

/**
 * The order lets the ticket go. Not its lock any more counts as done. Throws LOCK_NOT_EXPIRED for an expiry
 * before the deadline by this clock, TICKET_SOLD when it was sold to this very order.
 */
export function unlock(ticket: Ticket, by: { orderId: string; reason: ReleaseReason }, now: Date): Ticket {
  if (ticket.storedStatus === TicketStatus.SOLD && ticket.soldOrderId === by.orderId) {
    throw new DomainError("TICKET_SOLD", "the ticket was sold to this order");
  }
  if (ticket.storedStatus !== TicketStatus.AVAILABLE || ticket.lock?.orderId !== by.orderId) return ticket;
  if (by.reason === "expired" && liveLock(ticket, now)) {
    throw new DomainError("LOCK_NOT_EXPIRED", "the lock still lives", {
      lockedUntil: ticket.lock.expireTime.toISOString(),
    });
  }
  const changes = {
    ...(BUYERS_DOING.includes(by.reason) ? released(ticket, now) : withoutLock(ticket)),
    ...(ticket.event.cancelled && { storedStatus: TicketStatus.WITHDRAWN as const }),
  };
  const unlockReason = TicketUnlockReason[by.reason.toUpperCase() as Uppercase<ReleaseReason>];
  return advance(ticket, { case: "ticketUnlocked", value: { ...by, unlockReason } }, now, changes);
}

/** An order's unpaid lock: the one that it has, or one of the newest that were let go. */
export function unpaidHold(ticket: Ticket, orderId: string, now: Date): Release | undefined {
  if (ticket.lock?.orderId === orderId) return releaseOf(ticket.lock, ticket.event.startTime, now);
  return ticket.releases?.find((release) => release.orderId === orderId);
}

/**
 * The order that holds the ticket gets it. The order's lock decides, not the clock: if nobody took the ticket
 * after the deadline, who paid in time still gets it. Throws LOCK_LOST.
 */
export function sell(ticket: Ticket, orderId: string, now: Date): Ticket {
  if (ticket.storedStatus === TicketStatus.SOLD && ticket.soldOrderId === orderId) return ticket;
  if (ticket.storedStatus !== TicketStatus.AVAILABLE || ticket.lock?.orderId !== orderId) {
    throw new DomainError("LOCK_LOST", "the ticket is not this order's any more");
  }
  const sold = {
    ...withoutLock(ticket),
    storedStatus: TicketStatus.SOLD as const,
    soldOrderId: orderId,
    soldBuyerId: ticket.lock.buyerId,
  };
  return advance(ticket, { case: "ticketSold", value: { orderId } }, now, sold);
}

/**
 * The order's sale is taken back: for sale again, unless its event is over or it is to be withdrawn. Not its sale any more
 * counts as done.
 */
export function relist(ticket: Ticket, by: { orderId: string; withdraw: boolean }, now: Date): Ticket {
  const { orderId, withdraw } = by;
  if (ticket.storedStatus !== TicketStatus.SOLD || ticket.soldOrderId !== orderId) return ticket;
  const unsold = { soldOrderId: undefined, soldBuyerId: undefined };
  if (ticket.event.cancelled || ticket.event.startTime <= now || withdraw) {
    const changes = { ...unsold, storedStatus: TicketStatus.WITHDRAWN as const };
    return advance(ticket, { case: "ticketWithdrawn", value: {} }, now, changes);
  }
  const changes = { ...unsold, storedStatus: TicketStatus.AVAILABLE as const };
  return advance(ticket, { case: "ticketRelisted", value: { orderId } }, now, changes);
}
