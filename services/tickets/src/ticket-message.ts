import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  type Event as EventMessage,
  type Seat as SeatMessage,
  type TicketSchema,
  TicketStatus,
} from "@ticketing/proto/tickets/v1/ticket";
import type { Money as MoneyMessage } from "@ticketing/proto/type/v1/money";
import { type EventDetails, liveLock, type Money, type Seat, statusAt, type Ticket } from "./ticket.ts";

/** The ticket as a viewer sees it at an instant: only the seller and the holder see which order holds it. */
export function ticketMessage(
  ticket: Ticket,
  now: Date,
  viewerId: string | undefined,
): MessageInitShape<typeof TicketSchema> {
  const status = statusAt(ticket, now);
  const lock = status === TicketStatus.LOCKED ? liveLock(ticket, now) : undefined;
  const party = viewerId !== undefined && (viewerId === ticket.sellerId || viewerId === lock?.buyerId);
  return {
    id: ticket._id,
    sellerId: ticket.sellerId,
    sellerName: ticket.sellerName,
    title: ticket.title,
    category: ticket.category,
    event: eventInit(ticket.event),
    seat: ticket.seat,
    price: moneyInit(ticket.price),
    status,
    lock: lock && { expireTime: timestampFromDate(lock.expireTime), orderId: party ? lock.orderId : "" },
    version: BigInt(ticket.version),
    createTime: timestampFromDate(ticket.createTime),
    updateTime: timestampFromDate(ticket.updateTime),
  };
}

export const moneyInit = (money: Money) => ({
  minorUnits: BigInt(money.minorUnits),
  currency: money.currency,
});

export const eventInit = (event: EventDetails) => ({
  title: event.title,
  venue: event.venue,
  city: event.city,
  startTime: timestampFromDate(event.startTime),
});

/** Validated messages hold what the types call optional; these say so when one does not. */
export function moneyOf(message: MoneyMessage | undefined): Money {
  if (!message) throw new Error("a validated request has a price");
  return { minorUnits: Number(message.minorUnits), currency: message.currency };
}

export function eventOf(message: EventMessage | undefined): EventDetails {
  if (!message?.startTime) throw new Error("a validated request has an event with a start");
  const { title, venue, city } = message;
  return { title, venue, city, startTime: timestampDate(message.startTime) };
}

export function seatOf(message: SeatMessage | undefined): Seat {
  return { section: message?.section ?? "", row: message?.row ?? "", number: message?.number ?? "" };
}
