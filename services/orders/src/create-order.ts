import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import type { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { type Ticket, TicketUnlockReason } from "@ticketing/proto/tickets/v1/ticket";
import type { Clock } from "@ticketing/runtime/process/clock";
import { isRefusedFor } from "@ticketing/runtime/process/domain-error";
import { derivedId } from "@ticketing/runtime/process/ids";
import { type FeePolicy, feeOf } from "@ticketing/runtime/values/fees";
import { type Money, moneyInit, moneyOf } from "@ticketing/runtime/values/money";
import { seatOf } from "@ticketing/runtime/values/seat";
import { ticketedEventOf } from "@ticketing/runtime/values/ticketed-event";
import { type Order, open, requireSameRequest } from "./order.ts";
import type { OrderStore } from "./order-aggregate.ts";

/** What a buyer asks for. */
export interface OrderWish {
  requestId: string;
  ticketId: string;
  expectedPrice: Money;
}

/** What the making of an order asks of tickets. */
export type TicketLocks = Pick<Client<typeof TicketLockService>, "lockTicket" | "unlockTicket">;

/**
 * Locks the ticket, then opens the order: whoever gets the lock has the ticket, before any workflow begins.
 * A crash in between costs nothing: a repeat finds its own lock, or the lock lapses. The price and the
 * deadline are what tickets answered, and the fee follows from that price. Its refusals pass through with their reasons.
 * A request_id that was used for another ticket leaves nothing locked, nor does a price that bears no fee.
 */
export async function createOrder(
  deps: { orders: OrderStore; tickets: TicketLocks; fees: FeePolicy; clock: Clock },
  buyerId: string,
  wish: OrderWish,
): Promise<Order> {
  const id = derivedId(buyerId, wish.requestId);
  const known = await deps.orders.find(id);
  if (known) return sameRequest(deps.tickets, known, wish);

  const { ticket } = await deps.tickets.lockTicket({
    ticketId: wish.ticketId,
    orderId: id,
    buyerId,
    expectedPrice: moneyInit(wish.expectedPrice),
  });
  const terms = lockedTerms(ticket);
  const fee = await feeOrGiveBack(deps, { ticketId: wish.ticketId, orderId: id }, terms.price);
  const order = open({ _id: id, buyerId, ticketId: wish.ticketId, fee, ...terms }, deps.clock());
  if ((await deps.orders.insert(order)) === "inserted") return order;
  return sameRequest(deps.tickets, await deps.orders.get(id), wish);
}

/**
 * The order that is there, if it is what was asked for. One for another ticket wins: what this call, or one before it
 * that died, may have locked under its id is given back first.
 */
async function sameRequest(tickets: TicketLocks, order: Order, wish: OrderWish): Promise<Order> {
  if (order.ticketId !== wish.ticketId) {
    try {
      await giveBack(tickets, { ticketId: wish.ticketId, orderId: order._id });
    } catch (error) {
      if (!isRefusedFor(error, "TICKET_NOT_FOUND")) throw error;
    }
  }
  return requireSameRequest(order, wish);
}

/**
 * The fee of a locked ticket's price. Tickets refuse what bears none by the same policy; while a new one is rolled out
 * the two may differ, and then the lock is given back.
 */
async function feeOrGiveBack(
  { tickets, fees }: { tickets: TicketLocks; fees: FeePolicy },
  lock: { ticketId: string; orderId: string },
  price: Money,
): Promise<number> {
  try {
    return feeOf(fees, price);
  } catch (error) {
    await giveBack(tickets, lock);
    throw error;
  }
}

const giveBack = (tickets: TicketLocks, lock: { ticketId: string; orderId: string }) =>
  tickets.unlockTicket({ ...lock, reason: TicketUnlockReason.NO_ORDER });

function lockedTerms(ticket: Ticket | undefined) {
  if (!ticket?.lock?.expireTime) throw new Error("tickets answered with an incomplete lock");
  return {
    sellerId: ticket.sellerId,
    price: moneyOf(ticket.price),
    expireTime: timestampDate(ticket.lock.expireTime),
    ticket: {
      title: ticket.title,
      category: ticket.category,
      event: ticketedEventOf(ticket.event),
      seat: seatOf(ticket.seat),
      sellerName: ticket.sellerName,
    },
  };
}
