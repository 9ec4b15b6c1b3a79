import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { TicketEventSchema } from "@ticketing/proto/tickets/v1/ticket_events";
import { defineAggregate } from "@ticketing/runtime/documents/aggregate";
import type { AggregateStore } from "@ticketing/runtime/documents/aggregate-store";
import { byNewest } from "@ticketing/runtime/documents/newest-first";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { isKeptOff, KEPT_TRANSITIONS, type StoredStatus, type Ticket } from "./ticket.ts";
import { publicFacts } from "./ticket-message.ts";

export type TicketStore = AggregateStore<Ticket>;

/** What an operator keeps off sale counts as withdrawn for everybody else, once nobody holds it. */
const publishedStatus = (ticket: Ticket): StoredStatus =>
  ticket.storedStatus === TicketStatus.AVAILABLE && !ticket.lock && isKeptOff(ticket)
    ? TicketStatus.WITHDRAWN
    : ticket.storedStatus;

/** Tickets: where they are kept, and what others learn of them. */
export const ticketAggregate = defineAggregate({
  collection: "tickets",
  stream: "TICKETS",
  event: TicketEventSchema,
  state: (ticket: Ticket) => ({
    ...publicFacts(ticket),
    storedStatus: publishedStatus(ticket),
    lockExpireTime: ticket.lock && timestampFromDate(ticket.lock.expireTime),
  }),
  notFound: () => new DomainError("TICKET_NOT_FOUND", "there is no such ticket"),
  indexes: [
    { key: { sellerId: 1, ...byNewest } },
    { key: { sellerId: 1, _id: 1 } },
    { key: { "event.eventId": 1, _id: 1 } },
    { key: { eventUnsure: 1, _id: 1 }, partialFilterExpression: { eventUnsure: true } },
  ],
  keepHistory: KEPT_TRANSITIONS,
});
