import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { TicketEventSchema } from "@ticketing/proto/tickets/v1/ticket_events";
import { defineAggregate } from "@ticketing/runtime/documents/aggregate";
import type { AggregateStore } from "@ticketing/runtime/documents/aggregate-store";
import { byNewest } from "@ticketing/runtime/documents/newest-first";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { moneyInit } from "@ticketing/runtime/values/money";
import { ticketedEventInit } from "@ticketing/runtime/values/ticketed-event";
import { KEPT_TRANSITIONS, type Ticket } from "./ticket.ts";

export type TicketStore = AggregateStore<Ticket>;

/** Tickets: where they are kept, and what others learn of them. */
export const ticketAggregate = defineAggregate({
  collection: "tickets",
  stream: "TICKETS",
  event: TicketEventSchema,
  state: (ticket: Ticket) => ({
    id: ticket._id,
    sellerId: ticket.sellerId,
    sellerName: ticket.sellerName,
    title: ticket.title,
    category: ticket.category,
    event: ticketedEventInit(ticket.event),
    seat: ticket.seat,
    price: moneyInit(ticket.price),
    storedStatus: ticket.storedStatus,
    lockExpireTime: ticket.lock && timestampFromDate(ticket.lock.expireTime),
    version: BigInt(ticket.version),
    createTime: timestampFromDate(ticket.createTime),
    updateTime: timestampFromDate(ticket.updateTime),
  }),
  notFound: () => new DomainError("TICKET_NOT_FOUND", "there is no such ticket"),
  indexes: [{ key: { sellerId: 1, ...byNewest } }],
  keepHistory: KEPT_TRANSITIONS,
});
