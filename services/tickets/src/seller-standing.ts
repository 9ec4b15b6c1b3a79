import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { advance, liveLock, released, type Ticket } from "./ticket.ts";
import type { UserStanding } from "./user-standing.ts";

/**
 * The ticket takes over whether its seller may sell. What is not newer than what it knows changes nothing, and what is
 * withdrawn stays so. A lock that is held goes on.
 */
export function followSeller(ticket: Ticket, { version, suspended }: UserStanding, now: Date): Ticket {
  const known = ticket.sellerStanding;
  if (ticket.storedStatus === TicketStatus.WITHDRAWN || (known && known.version >= version)) return ticket;
  const isFree = ticket.storedStatus === TicketStatus.AVAILABLE && !liveLock(ticket, now);
  const changes = { ...(isFree && released(ticket, now)), sellerStanding: { version, suspended } };
  const transition = suspended ? "ticketSellerSuspended" : "ticketSellerReinstated";
  return advance(ticket, { case: transition, value: {} }, now, changes);
}
