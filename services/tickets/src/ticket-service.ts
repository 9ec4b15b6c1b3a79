import type { ServiceImpl } from "@connectrpc/connect";
import {
  type CreateTicketRequest,
  CreateTicketRequestSchema,
  type TicketService,
  type UpdateTicketRequest,
  UpdateTicketRequestSchema,
} from "@ticketing/proto/tickets/v1/ticket_service";
import { optionalUser, requireUser } from "@ticketing/runtime/identity/identity";
import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { derivedId } from "@ticketing/runtime/process/ids";
import type { RateLimit } from "@ticketing/runtime/process/rate-limit";
import { fingerprintOf } from "@ticketing/runtime/process/request-fingerprint";
import { moneyOf } from "@ticketing/runtime/values/money";
import { seatOf } from "@ticketing/runtime/values/seat";
import { ticketedEventOf } from "@ticketing/runtime/values/ticketed-event";
import type { EditRequest } from "./edits.ts";
import type { EventRoom } from "./event-room.ts";
import type { Offer } from "./ticket.ts";
import type { TicketStore } from "./ticket-aggregate.ts";
import { edit, list, requireSameRequest, withdraw } from "./ticket-listing.ts";
import { ticketMessage } from "./ticket-message.ts";

/** The sellers' API. */
export function createTicketService(deps: {
  tickets: TicketStore;
  room: Pick<EventRoom, "requireListingRoom">;
  /** Takes a seller's id for each new listing and each change of one. */
  listingLimit: RateLimit;
  clock: Clock;
}): ServiceImpl<typeof TicketService> {
  const { tickets, room, listingLimit, clock } = deps;

  /** For what is an event of its own. Withdrawing asks nobody: a listing is withdrawn once. */
  function requireMayList(sellerId: string): void {
    room.requireListingRoom();
    const waitMs = listingLimit.take(sellerId);
    if (waitMs === undefined) return;
    throw new DomainError("TOO_MANY_LISTINGS", "too many tickets were listed or changed", {}, waitMs);
  }

  return {
    async createTicket(request, context) {
      const { userId, displayName } = requireUser(context);
      const id = derivedId(userId, request.requestId);
      const fingerprint = fingerprintOf(CreateTicketRequestSchema, request);
      const known = await tickets.find(id);
      const by = { id, sellerId: userId, sellerName: displayName, requestFingerprint: fingerprint };
      const wanted = known ?? list(offerOf(request), by, clock());
      if (!known) requireMayList(userId);
      const isThere = known || (await tickets.insert(wanted)) === "inserted";
      const ticket = isThere ? wanted : await tickets.get(id);
      return { ticket: ticketMessage(requireSameRequest(ticket, fingerprint), clock(), userId) };
    },

    async getTicket({ ticketId }, context) {
      const ticket = await tickets.get(ticketId);
      return { ticket: ticketMessage(ticket, clock(), optionalUser(context)?.userId) };
    },

    async listMyTickets(request, context) {
      const { userId } = requireUser(context);
      const { documents, nextPageToken } = await tickets.list({ sellerId: userId }, request);
      return { tickets: documents.map((ticket) => ticketMessage(ticket, clock(), userId)), nextPageToken };
    },

    async updateTicket(request, context) {
      const { userId } = requireUser(context);
      const by = { userId, version: Number(request.version), request: editRequestOf(request) };
      const ticket = await tickets.update(request.ticketId, (current) => {
        const edited = edit(current, by, changesOf(request), clock());
        if (edited !== current) requireMayList(userId);
        return edited;
      });
      return { ticket: ticketMessage(ticket, clock(), userId) };
    },

    async withdrawTicket(request, context) {
      const by = { userId: requireUser(context).userId, version: Number(request.version) };
      const ticket = await tickets.update(request.ticketId, (current) => withdraw(current, by, clock()));
      return { ticket: ticketMessage(ticket, clock(), by.userId) };
    },
  };
}

/** By what a repeat of a change is known; undefined for a client that gives its requests no id. */
const editRequestOf = (request: UpdateTicketRequest): EditRequest | undefined =>
  request.requestId
    ? { id: request.requestId, fingerprint: fingerprintOf(UpdateTicketRequestSchema, request) }
    : undefined;

function offerOf(request: CreateTicketRequest): Offer {
  return {
    title: request.title,
    category: request.category,
    event: ticketedEventOf(request.event),
    seat: seatOf(request.seat),
    price: moneyOf(request.price),
  };
}

/** Only what the request sets: an absent field stays as it is. */
function changesOf(request: UpdateTicketRequest): Partial<Offer> {
  return {
    ...(request.title !== undefined && { title: request.title }),
    ...(request.category !== undefined && { category: request.category }),
    ...(request.event && { event: ticketedEventOf(request.event) }),
    ...(request.seat && { seat: seatOf(request.seat) }),
    ...(request.price && { price: moneyOf(request.price) }),
  };
}
