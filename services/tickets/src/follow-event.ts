import { isDeepStrictEqual } from "node:util";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import type { TicketedEvent } from "@ticketing/runtime/values/ticketed-event";
import type { KnownEvent } from "./event-directory.ts";
import { advance, liveLock, released, type Ticket } from "./ticket.ts";

/**
 * The ticket takes over what its event has become. What is not newer than what it knows changes nothing. A lock keeps
 * its price and its deadline; what nobody holds of a cancelled event goes off sale.
 */
export function followEvent(ticket: Ticket, { event, eventVersion }: KnownEvent, now: Date): Ticket {
  const known = ticket.event;
  if (known.eventId === event.eventId && (ticket.eventVersion ?? 0) >= eventVersion) return ticket;
  const next = { ...event, ...formerStart(known, event) };
  if (isDeepStrictEqual(next, known)) return ticket;
  const changes = {
    ...(event.cancelled && withdrawn(ticket, now)),
    event: next,
    eventVersion,
  };
  const orderId = liveLock(ticket, now)?.orderId ?? ticket.soldOrderId ?? "";
  return advance(ticket, { case: "ticketEventChanged", value: { orderId } }, now, changes);
}

function formerStart(
  known: TicketedEvent,
  { startTime }: TicketedEvent,
): Pick<TicketedEvent, "formerStartTime"> {
  const isMoved = known.startTime.getTime() !== startTime.getTime();
  if (isMoved) return { formerStartTime: known.startTime };
  return known.formerStartTime ? { formerStartTime: known.formerStartTime } : {};
}

/** Off sale, if nobody holds it. */
function withdrawn(ticket: Ticket, now: Date): Partial<Ticket> {
  if (ticket.storedStatus !== TicketStatus.AVAILABLE || liveLock(ticket, now)) return {};
  return { ...released(ticket, now), storedStatus: TicketStatus.WITHDRAWN };
}
