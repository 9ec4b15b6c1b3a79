import { Code, type ServiceImpl } from "@connectrpc/connect";
import {
  type TicketLockService,
  TicketRecordSchema,
  UnlockReason,
} from "@ticketing/proto/tickets/v1/ticket_lock_service";
import type { Clock } from "@ticketing/runtime/clock";
import { DomainError } from "@ticketing/runtime/domain-error";
import { isUnpublished, tellRecords } from "@ticketing/runtime/select-records";
import { requireService } from "@ticketing/runtime/service-tokens";
import { type LockPolicy, recordLapse, releaseSlot, takeSlot } from "./buyer-locks.ts";
import { lock, relist, sell, type Ticket, unlock } from "./ticket.ts";
import { moneyOf, ticketMessage } from "./ticket-message.ts";
import type { BuyerLockStore, TicketStore } from "./ticket-store.ts";

const reasons = {
  [UnlockReason.CANCELLED]: "cancelled",
  [UnlockReason.EXPIRED]: "expired",
  [UnlockReason.PAYMENT_FAILED]: "payment_failed",
} as const;

export interface TicketLockDependencies {
  tickets: TicketStore;
  buyers: BuyerLockStore;
  policy: LockPolicy & { durationMs: number };
  clock: Clock;
}

/** The internal API that decides who may buy a ticket. */
export function createTicketLockService(deps: TicketLockDependencies): ServiceImpl<typeof TicketLockService> {
  const { tickets, buyers, policy, clock } = deps;

  /** To the callers of this API an order sees its own lock. */
  const answer = (ticket: Ticket) => ({ ticket: ticketMessage(ticket, clock(), ticket.sellerId) });

  return {
    /** Read ticket, take slot, lock ticket; refused: give the slot back. */
    async lockTicket({ ticketId, orderId, buyerId, expectedPrice }, context) {
      requireService(context, "orders");
      const { durationMs } = policy;
      const wish = { orderId, buyerId, expectedPrice: moneyOf(expectedPrice), durationMs };
      const seen = await findTicket(tickets, ticketId);
      const preview = lock(seen, wish, clock());
      const expireTime = preview.lock?.expireTime ?? clock();
      await buyers.update(buyerId, (locks) => takeSlot(locks, orderId, expireTime, policy, clock()));
      try {
        return answer(await tickets.update(ticketId, (ticket) => lock(ticket, wish, clock())));
      } catch (error) {
        if (error instanceof DomainError) {
          await buyers.update(buyerId, (locks) => releaseSlot(locks, orderId));
        }
        throw error;
      }
    },

    async unlockTicket({ ticketId, orderId, reason }, context) {
      requireService(context, "workflows", "orders");
      if (reason === UnlockReason.UNSPECIFIED) {
        throw new DomainError(Code.InvalidArgument, "REASON_REQUIRED", "say why the lock is given up");
      }
      const before = await findTicket(tickets, ticketId);
      const ticket = await tickets.update(ticketId, (current) =>
        unlock(current, { orderId, reason: reasons[reason] }, clock()),
      );
      const holder = before.lock?.orderId === orderId ? before.lock.buyerId : undefined;
      if (holder) {
        await buyers.update(holder, (locks) =>
          reason === UnlockReason.EXPIRED
            ? recordLapse(locks, orderId, policy, clock())
            : releaseSlot(locks, orderId),
        );
      }
      return answer(ticket);
    },

    async sellTicket({ ticketId, orderId }, context) {
      requireService(context, "workflows");
      await findTicket(tickets, ticketId);
      const ticket = await tickets.update(ticketId, (current) => sell(current, orderId, clock()));
      if (ticket.soldBuyerId) {
        await buyers.update(ticket.soldBuyerId, (locks) => releaseSlot(locks, orderId));
      }
      return answer(ticket);
    },

    async relistTicket({ ticketId, orderId }, context) {
      requireService(context, "workflows");
      await findTicket(tickets, ticketId);
      return answer(await tickets.update(ticketId, (ticket) => relist(ticket, orderId, clock())));
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

/** The ticket. Throws NOT_FOUND TICKET_NOT_FOUND. */
export async function findTicket(tickets: Pick<TicketStore, "find">, id: string): Promise<Ticket> {
  const ticket = await tickets.find(id);
  if (!ticket) throw new DomainError(Code.NotFound, "TICKET_NOT_FOUND", "there is no such ticket");
  return ticket;
}
