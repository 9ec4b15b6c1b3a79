import type { Outbox } from "@ticketing/runtime/documents/outbox";
import type { Ticket } from "./ticket.ts";
import { ticketEvent } from "./ticket-event.ts";

/** What other services learn of tickets. */
export const outbox: Outbox<Ticket> = {
  collection: "tickets",
  stream: "TICKETS",
  subject: "evt.tickets.>",
  event: ticketEvent,
};
