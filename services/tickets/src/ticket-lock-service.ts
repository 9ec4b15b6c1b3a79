import type { ServiceImpl } from "@connectrpc/connect";
import {
  type TicketLockService,
  TicketRecordSchema,
} from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { TicketUnlockReason } from "@ticketing/proto/tickets/v1/ticket";
import { isUnpublished, tellRecords } from "@ticketing/runtime/documents/select-records";
import { requireService } from "@ticketing/runtime/identity/service-tokens";
import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { FeePolicy } from "@ticketing/runtime/values/fees";
import { moneyOf } from "@ticketing/runtime/values/money";
import type { BuyerLockStore } from "./buyer-lock-store.ts";
import {
  type BuyerLocks,
  endSlotAt,
  giveUp,
  type LockPolicy,
  returnSlot,
  type Standing,
  type Standings,
  slotsToAsk,
  takeSlot,
} from "./buyer-locks.ts";
import type { EventDirectory } from "./event-directory.ts";
import type { EventRoom } from "./event-room.ts";
import { listOrdersOfEvent } from "./orders-of-event.ts";
import type { Release } from "./release.ts";
import type { EventSettling } from "./settle-events.ts";
import {
  isReserved,
  lock,
  type ReleaseReason,
  relist,
  requireLive,
  sell,
  type Ticket,
  unlock,
  unpaidHold,
} from "./ticket.ts";
import type { TicketStore } from "./ticket-aggregate.ts";
import { ticketMessage } from "./ticket-message.ts";

/** A call whose lock was not written by then gives up; its caller has. */
const LOCK_CALL_MS = 5_000;

const reasons = {
  [TicketUnlockReason.CANCELLED]: "cancelled",
  [TicketUnlockReason.EXPIRED]: "expired",
  [TicketUnlockReason.PAYMENT_FAILED]: "payment_failed",
  [TicketUnlockReason.DECLINED]: "declined",
  [TicketUnlockReason.NO_ORDER]: "no_order",
} as const satisfies Partial<Record<TicketUnlockReason, ReleaseReason>>;

/** What each reason counts against the buyer. */
const strikes: Readonly<Record<ReleaseReason, number>> = {
  cancelled: 0.5,
  declined: 0.5,
  expired: 1,
  payment_failed: 0,
  no_order: 0,
};

/** A lapse counts nothing where the event's start was the deadline. */
const strikeOf = (reason: ReleaseReason, { cutShort }: Release): number =>
  reason === "expired" && cutShort ? 0 : strikes[reason];

function standingOf(ticket: Ticket | null, orderId: string): Standing {
  if (ticket?.lock?.orderId === orderId) return { lockedUntil: ticket.lock.expireTime };
  return ticket?.spentOrderIds.includes(orderId) ? "spent" : "free";
}

export interface TicketLockDependencies {
  tickets: TicketStore;
  directory: Pick<EventDirectory, "find">;
  settling: Pick<EventSettling, "settle">;
  buyers: BuyerLockStore;
  policy: LockPolicy & { durationMs: number; relockWaitMs: number };
  fees: FeePolicy;
  room: EventRoom;
  clock: Clock;
}

/** The internal API that decides who may buy a ticket. */
export function createTicketLockService(deps: TicketLockDependencies): ServiceImpl<typeof TicketLockService> {
  const { tickets, settling, buyers, policy, fees, room, clock } = deps;

  /** A ticket that is sure of its event. */
  const read = async (ticketId: string) => settling.settle(await tickets.get(ticketId));

  /** To the callers of this API an order sees its own lock. */
  const answer = (ticket: Ticket) => ({ ticket: ticketMessage(ticket, clock(), ticket.sellerId) });

  /** A lock, told only while it lives. */
  const lockAnswer = (ticket: Ticket, orderId: string) => {
    const now = clock();
    requireLive(ticket, orderId, now);
    return { ticket: ticketMessage(ticket, now, ticket.sellerId) };
  };

  /** Takes the slot; where no place is left, one that its ticket shows to be needed no more is free. */
  async function takeSlotFor(buyerId: string, hold: Parameters<typeof takeSlot>[1]): Promise<void> {
    await buyers.update(buyerId, async (locks) => {
      const now = clock();
      return takeSlot(locks, hold, await askTickets(locks, now), policy, now);
    });
  }

  async function askTickets(locks: BuyerLocks, now: Date): Promise<Standings> {
    const asked = slotsToAsk(locks, policy, now).map(
      async ({ orderId, ticketId }): Promise<[string, Standing]> => [
        orderId,
        standingOf(await tickets.find(ticketId), orderId),
      ],
    );
    return new Map(await Promise.all(asked));
  }

  /** The attempt at each ticket that began last in this process, while it is under way. */
  const attempts = new Map<string, Promise<void>>();

  /** Does the work as the attempt at this ticket for which others wait. */
  async function attempting<T>(ticketId: string, work: () => Promise<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<void>();
    attempts.set(ticketId, promise);
    try {
      return await work();
    } finally {
      if (attempts.get(ticketId) === promise) attempts.delete(ticketId);
      resolve();
    }
  }

  return {
    /** Read ticket, take slot, lock ticket; refused: give the slot back. */
    async lockTicket({ ticketId, orderId, buyerId, expectedPrice }, context) {
      requireService(context, "orders");
      const begun = clock().getTime();
      const wish = {
        orderId,
        buyerId,
        expectedPrice: moneyOf(expectedPrice),
        until: new Date(begun + policy.durationMs),
        relockWaitMs: policy.relockWaitMs,
        fees,
      };
      const first = await read(ticketId);
      if (lock(first, wish, clock()) === first) return lockAnswer(first, orderId);
      // Of many buyers who want one ticket the others learn by reading that it is taken, and write nothing. Each waits
      // once: whoever cannot lock delays nobody.
      const rival = attempts.get(ticketId);
      const seen = rival ? await rival.then(() => read(ticketId)) : first;
      if (seen !== first && lock(seen, wish, clock()) === seen) return lockAnswer(seen, orderId);
      room.requireRoom();
      const locked = await attempting(ticketId, async () => {
        // The ticket may change before it is locked: the slot is for as long as the lock can last at all.
        await takeSlotFor(buyerId, { orderId, ticketId, expireTime: wish.until });
        try {
          const lockInTime = async (current: Ticket) => {
            const ticket = await settling.settle(current);
            const next = lock(ticket, wish, clock());
            if (next !== ticket && clock().getTime() - begun > LOCK_CALL_MS) {
              throw new DomainError("CONTENTION", "this took too long; try again");
            }
            return next === ticket ? current : next;
          };
          return await tickets.update(ticketId, lockInTime, seen);
        } catch (error) {
          // Anything else leaves open whether the lock was written; the slot is kept until the ticket can tell.
          if (error instanceof DomainError) {
            await buyers.update(buyerId, (locks) => returnSlot(locks, orderId));
          }
          throw error;
        }
      });
      const expireTime = locked.lock?.expireTime ?? wish.until;
      if (expireTime < wish.until) {
        await buyers.update(buyerId, (locks) => endSlotAt(locks, orderId, expireTime));
      }
      // The slot of one that lapsed meanwhile is free by time, and goes on binding the order to its ticket.
      return lockAnswer(locked, orderId);
    },

    /**
     * What it counts is written first: a repeat after a crash in between still finds whose lock it was. The buyer has
     * the slot for another ticket only once this one is seen to be free.
     */
    async unlockTicket({ ticketId, orderId, reason }, context) {
      requireService(context, "workflows", "orders");
      // The contract takes no other reason.
      const by = { orderId, reason: reasons[reason as keyof typeof reasons] };
      const seen = await tickets.get(ticketId);
      unlock(seen, by, clock());
      const hold = unpaidHold(seen, orderId, clock());
      if (hold) {
        const { buyerId, time } = hold;
        await buyers.update(buyerId, (locks) =>
          giveUp(locks, { orderId, ticketId, time }, strikeOf(by.reason, hold), policy, clock()),
        );
      }
      return answer(await tickets.update(ticketId, (ticket) => unlock(ticket, by, clock()), seen));
    },

    /** The slot is left to the lock that needs its place, which finds the order spent at its ticket. */
    async sellTicket({ ticketId, orderId }, context) {
      requireService(context, "workflows");
      return answer(await tickets.update(ticketId, (ticket) => sell(ticket, orderId, clock())));
    },

    async relistTicket({ ticketId, ...by }, context) {
      requireService(context, "workflows");
      return answer(await tickets.update(ticketId, (ticket) => relist(ticket, by, clock())));
    },

    async readTicket({ ticketId }, context) {
      requireService(context, "deliveries");
      const ticket = await tickets.get(ticketId);
      return { ...answer(ticket), reserved: isReserved(ticket) };
    },

    async listOrdersOfEvent(request, context) {
      requireService(context, "workflows");
      return listOrdersOfEvent(deps, request);
    },

    async listTickets({ selection }, context) {
      requireService(context, "workflows");
      const { documents, nextPageToken } = await tickets.select(selection);
      const { records, unreadable } = tellRecords(TicketRecordSchema, documents, (ticket) => ({
        ...answer(ticket),
        soldOrderId: ticket.soldOrderId ?? "",
        unpublished: isUnpublished(ticket, clock()),
      }));
      return { tickets: records, unreadable, nextPageToken };
    },
  };
}
