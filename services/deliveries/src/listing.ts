import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import type { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { OffSaleReason, type Ticket, TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { DomainError } from "@ticketing/runtime/process/domain-error";

/** A ticket as it is listed. */
export interface Listing {
  ticket: Ticket;
  /** An order can still buy it as it is: its lock may be over, and is not taken away yet. */
  reserved: boolean;
}

/** A ticket as tickets know it now, for its seller where one is named. Throws TICKET_NOT_FOUND or NOT_YOUR_TICKET. */
export async function readListing(
  tickets: Pick<Client<typeof TicketLockService>, "readTicket">,
  ticketId: string,
  sellerId?: string,
): Promise<Listing> {
  const { ticket, reserved } = await tickets.readTicket({ ticketId });
  if (!ticket) throw new Error("tickets answered without the ticket");
  if (sellerId !== undefined && ticket.sellerId !== sellerId) {
    throw new DomainError("NOT_YOUR_TICKET", "this is for the ticket's seller to see or do");
  }
  return { ticket, reserved };
}

/** Whether nobody can buy the ticket any more. A seller who is suspended may be reinstated. */
export const isEnded = ({ ticket: { status, offSaleReason }, reserved }: Listing): boolean =>
  !reserved &&
  (status === TicketStatus.EXPIRED ||
    (status === TicketStatus.WITHDRAWN && offSaleReason !== OffSaleReason.SELLER_SUSPENDED));

/** Throws TICKET_WITHDRAWN or EVENT_STARTED. */
export function requireNotEnded(listing: Listing): void {
  if (!isEnded(listing)) return;
  const { ticket } = listing;
  if (ticket.status === TicketStatus.WITHDRAWN) {
    throw new DomainError("TICKET_WITHDRAWN", "this ticket is no longer for sale");
  }
  const start = ticket.event?.startTime;
  throw new DomainError("EVENT_STARTED", "the event has begun", {
    startTime: start ? timestampDate(start).toISOString() : "",
  });
}

/** Throws TICKET_LOCKED or TICKET_SOLD: somebody buys, may still buy or has bought the ticket as it is. */
export function requireUnheld({ ticket: { status, lock }, reserved }: Listing): void {
  if (status === TicketStatus.SOLD) throw new DomainError("TICKET_SOLD", "this ticket is sold");
  if (status !== TicketStatus.LOCKED && !reserved) return;
  throw new DomainError("TICKET_LOCKED", "somebody is paying for this ticket", {
    lockedUntil: lock?.expireTime ? timestampDate(lock.expireTime).toISOString() : "",
  });
}

/** Throws unless the ticket is for sale and nobody holds it. */
export function requireListed(listing: Listing): void {
  requireUnheld(listing);
  requireNotEnded(listing);
}
