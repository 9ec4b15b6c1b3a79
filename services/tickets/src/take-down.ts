import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { advance, liveLock, released, type TakeDown, type Ticket } from "./ticket.ts";

/**
 * An operator takes the ticket off sale for good; a lock that is held goes on. Taken down already: nothing changes.
 * Throws TICKET_SOLD, or TICKET_WITHDRAWN for what its seller has withdrawn.
 */
export function takeDown(ticket: Ticket, by: TakeDown, now: Date): Ticket {
  if (ticket.takenDown) return ticket;
  if (ticket.storedStatus === TicketStatus.SOLD) throw new DomainError("TICKET_SOLD", "this ticket is sold");
  if (ticket.storedStatus === TicketStatus.WITHDRAWN) {
    throw new DomainError("TICKET_WITHDRAWN", "this ticket is no longer for sale");
  }
  const free = { ...released(ticket, now), storedStatus: TicketStatus.WITHDRAWN as const };
  const changes = { ...(!liveLock(ticket, now) && free), takenDown: by };
  return advance(ticket, { case: "ticketTakenDown", value: by }, now, changes);
}
