import type { ServiceImpl } from "@connectrpc/connect";
import {
  type CreateTicketRequest,
  CreateTicketRequestSchema,
  type TicketService,
  type UpdateTicketRequest,
  UpdateTicketRequestSchema,
} from "@ticketing/proto/tickets/v1/ticket_service";
import { optionalUser, requireRole, requireUser } from "@ticketing/runtime/identity/identity";
import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { derivedId } from "@ticketing/runtime/process/ids";
import type { Logger } from "@ticketing/runtime/process/log";
import type { RateLimit } from "@ticketing/runtime/process/rate-limit";
import { fingerprintOf } from "@ticketing/runtime/process/request-fingerprint";
import type { FeePolicy } from "@ticketing/runtime/values/fees";
import { moneyOf } from "@ticketing/runtime/values/money";
import { seatOf } from "@ticketing/runtime/values/seat";
import { writtenEventOf } from "@ticketing/runtime/values/ticketed-event";
import type { BuyerLockStore } from "./buyer-lock-store.ts";
import { requireMayTrade } from "./buyer-locks.ts";
import { type EditRequest, isRepeat } from "./edits.ts";
import type { EventDirectory } from "./event-directory.ts";
import { createEventLookup } from "./event-lookup.ts";
import type { EventRoom } from "./event-room.ts";
import { followSeller } from "./seller-standing.ts";
import type { EventSettling } from "./settle-events.ts";
import { takeDown } from "./take-down.ts";
import type { Offer, Ticket } from "./ticket.ts";
import type { TicketStore } from "./ticket-aggregate.ts";
import { edit, list, requireSameRequest, withdraw } from "./ticket-listing.ts";
import { ticketMessage } from "./ticket-message.ts";
import type { UserStanding } from "./user-standing.ts";

/** The sellers' API, and what operators do with a listing. */
export function createTicketService(deps: {
  tickets: TicketStore;
  directory: EventDirectory;
  settling: Pick<EventSettling, "settle">;
  room: Pick<EventRoom, "requireListingRoom">;
  buyers: Pick<BuyerLockStore, "find">;
  /** Takes a seller's id for each new listing and each change of one. */
  listingLimit: RateLimit;
  fees: FeePolicy;
  clock: Clock;
  log: Pick<Logger, "warn">;
}): ServiceImpl<typeof TicketService> {
  const { tickets, room, buyers, listingLimit, fees, clock } = deps;
  const { chosen, resolved, withNewestEvent } = createEventLookup(deps);

  /** For what is an event of its own. Withdrawing asks nobody: a listing is withdrawn once. */
  function requireMayList(sellerId: string): void {
    room.requireListingRoom();
    const waitMs = listingLimit.take(sellerId);
    if (waitMs === undefined) return;
    throw new DomainError("TOO_MANY_LISTINGS", "too many tickets were listed or changed", {}, waitMs);
  }

  /** Whether the user may sell and buy; undefined if no operator ever decided about it. */
  const standingOf = async (userId: string) => (await buyers.find(userId))?.standing;

  /**
   * The ticket that is there now. It takes over what was decided about its seller meanwhile: of one who was suspended it is
   * kept off sale like the others, and an older decision that is heard again later changes nothing.
   */
  async function kept(ticket: Ticket): Promise<Ticket> {
    const standing = await standingOf(ticket.sellerId);
    if (!standing || (ticket.sellerStanding?.version ?? 0) >= standing.version) return ticket;
    return tickets.update(ticket._id, (current) => followSeller(current, standing, clock()), ticket);
  }

  async function wantedTicket(request: CreateTicketRequest, by: Parameters<typeof list>[1]): Promise<Ticket> {
    const { eventId, category } = request;
    const named = eventId ? await chosen(eventId) : { event: writtenEventOf(request.event) };
    const written = list({ ...offerOf(request), ...named }, by, clock());
    requireMayList(by.sellerId);
    if (eventId) return written;
    return list({ ...offerOf(request), ...(await resolved(written.event, category)) }, by, clock());
  }

  /** Only what the request sets: an absent field stays as it is. Throws, before an event is looked up, as `edit`. */
  async function changesOf(
    request: UpdateTicketRequest,
    seen: Ticket,
    by: Parameters<typeof edit>[1],
  ): Promise<Partial<Offer>> {
    const { title, category, event, eventId, seat, price } = request;
    if (isRepeat(seen.edits ?? [], by.request)) return {};
    const changes = {
      ...(title !== undefined && { title }),
      ...(category !== undefined && { category }),
      ...(seat && { seat: seatOf(seat) }),
      ...(price && { price: moneyOf(price) }),
    };
    if (eventId) return { ...changes, ...(await chosen(eventId)) };
    if (!event) return changes;
    const written = writtenEventOf(event);
    const edited = edit(seen, by, { ...changes, event: written }, clock());
    return { ...changes, ...(await resolved(written, edited.category)) };
  }

  return {
    async createTicket(request, context) {
      const { userId, displayName } = requireUser(context);
      const id = derivedId(userId, request.requestId);
      const fingerprint = fingerprintOf(CreateTicketRequestSchema, request);
      const by = { id, sellerId: userId, sellerName: displayName, requestFingerprint: fingerprint, fees };
      const [known, standing] = await Promise.all([tickets.find(id), standingOf(userId)]);
      if (!known) requireMayTrade(standing);
      const wanted = known ?? withSeller(await wantedTicket(request, by), standing);
      const isThere = known || (await tickets.insert(wanted)) === "inserted";
      const listed = requireSameRequest(isThere ? wanted : await tickets.get(id), fingerprint);
      // An earlier call may have died between its insert and this.
      const ticket = await kept(listed);
      return { ticket: ticketMessage(await withNewestEvent(ticket), clock(), userId) };
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
      const by = { userId, version: Number(request.version), request: editRequestOf(request), fees };
      const seen = await tickets.get(request.ticketId);
      const changes = await changesOf(request, seen, by);
      const ticket = await tickets.update(
        request.ticketId,
        (current) => {
          const edited = edit(current, by, changes, clock());
          if (edited !== current) requireMayList(userId);
          return edited;
        },
        seen,
      );
      return { ticket: ticketMessage(await withNewestEvent(ticket), clock(), userId) };
    },

    async withdrawTicket(request, context) {
      const by = { userId: requireUser(context).userId, version: Number(request.version) };
      const ticket = await tickets.update(request.ticketId, (current) => withdraw(current, by, clock()));
      return { ticket: ticketMessage(ticket, clock(), by.userId) };
    },

    async takeDownTicket({ ticketId, reason }, context) {
      const operatorId = requireRole(context, "operator").userId;
      const by = { operatorId, reason };
      const ticket = await tickets.update(ticketId, (current) => takeDown(current, by, clock()));
      return { ticket: ticketMessage(ticket, clock(), operatorId) };
    },
  };
}

/** A new ticket knows the decision about its seller that allowed it. */
const withSeller = (ticket: Ticket, sellerStanding: UserStanding | undefined): Ticket =>
  sellerStanding ? { ...ticket, sellerStanding } : ticket;

/** By what a repeat of a change is known; undefined for a client that gives its requests no id. */
const editRequestOf = (request: UpdateTicketRequest): EditRequest | undefined =>
  request.requestId
    ? { id: request.requestId, fingerprint: fingerprintOf(UpdateTicketRequestSchema, request) }
    : undefined;

const offerOf = (request: CreateTicketRequest): Omit<Offer, "event"> => ({
  title: request.title,
  category: request.category,
  seat: seatOf(request.seat),
  price: moneyOf(request.price),
});
