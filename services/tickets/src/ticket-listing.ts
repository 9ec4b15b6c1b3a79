import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { type FeePolicy, requireSaleable } from "@ticketing/runtime/values/fees";
import { requireMayTrade } from "./buyer-locks.ts";
import { type EditRequest, isRepeat, withEdit } from "./edits.ts";
import { advance, begin, type Offer, released, requireAhead, requireFree, type Ticket } from "./ticket.ts";

/**
 * A ticket comes up for sale. Throws EVENT_STARTED with startTime unless its event lies ahead, and PRICE_TOO_LOW or
 * CURRENCY_NOT_OFFERED for a price at which nothing can be sold.
 */
export function list(
  offer: Offer,
  by: { id: string; sellerId: string; sellerName: string; requestFingerprint: string; fees: FeePolicy },
  now: Date,
): Ticket {
  requireAhead(offer.event.startTime, now);
  requireSaleable(by.fees, offer.price);
  return begin(
    {
      ...offer,
      _id: by.id,
      sellerId: by.sellerId,
      sellerName: by.sellerName,
      storedStatus: TicketStatus.AVAILABLE,
      spentOrderIds: [],
      requestFingerprint: by.requestFingerprint,
      createTime: now,
    },
    { case: "ticketListed", value: {} },
    now,
  );
}

/** Throws REQUEST_ID_REUSED unless the ticket is what this call asks for. */
export function requireSameRequest(ticket: Ticket, fingerprint: string): Ticket {
  if (ticket.requestFingerprint === fingerprint) return ticket;
  throw new DomainError("REQUEST_ID_REUSED", "this request_id was used for another ticket");
}

function requireSeller(ticket: Ticket, userId: string): void {
  if (ticket.sellerId !== userId) {
    throw new DomainError("NOT_YOUR_TICKET", "this is somebody else's ticket");
  }
}

function requireVersion(ticket: Ticket, version: number): void {
  if (ticket.version !== version) {
    throw new DomainError("STALE_VERSION", "the ticket has changed; read it again", {
      version: String(ticket.version),
    });
  }
}

/**
 * The seller changes the offer, which nobody holds. A ticket whose event began is for sale again with a start that
 * lies ahead (a postponed event, a wrong date); with any other change it is refused as EVENT_STARTED. A repeat of a
 * request that was carried out changes nothing, whatever became of the ticket: change and request are one write. A new
 * price is one at which something can be sold, as of {@link list}; an old one that is not may stay. Throws USER_SUSPENDED.
 */
export function edit(
  ticket: Ticket,
  by: { userId: string; version: number; request?: EditRequest | undefined; fees: FeePolicy },
  changes: Partial<Offer>,
  now: Date,
): Ticket {
  requireSeller(ticket, by.userId);
  const { edits = [] } = ticket;
  if (isRepeat(edits, by.request)) return ticket;
  requireFree(ticket, now);
  requireMayTrade(ticket.sellerStanding);
  requireVersion(ticket, by.version);
  requireAhead((changes.event ?? ticket.event).startTime, now);
  if (changes.price) requireSaleable(by.fees, changes.price);
  const made = withEdit(edits, { time: now, request: by.request });
  const edited = { ...released(ticket, now), ...changes, edits: made };
  return advance(ticket, { case: "ticketEdited", value: {} }, now, edited);
}

/** The seller takes the ticket off sale, also after its event began. Done already at this version: nothing changes. */
export function withdraw(ticket: Ticket, by: { userId: string; version: number }, now: Date): Ticket {
  requireSeller(ticket, by.userId);
  if (ticket.storedStatus === TicketStatus.WITHDRAWN) {
    // The repeat of the call that withdrew it, or of one that knows the result.
    if (by.version === ticket.version || by.version === ticket.version - 1) return ticket;
  }
  requireFree(ticket, now);
  requireVersion(ticket, by.version);
  const withdrawn = { ...released(ticket, now), storedStatus: TicketStatus.WITHDRAWN as const };
  return advance(ticket, { case: "ticketWithdrawn", value: {} }, now, withdrawn);
}
