import type { Category } from "@ticketing/proto/tickets/v1/ticket";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Logger } from "@ticketing/runtime/process/log";
import type { TicketedEvent } from "@ticketing/runtime/values/ticketed-event";
import { type EventDirectory, requireTakesPlace } from "./event-directory.ts";
import type { EventSettling } from "./settle-events.ts";
import type { Offer, Ticket } from "./ticket.ts";

type OfferedEvent = Pick<Offer, "event" | "eventVersion" | "eventUnsure">;

/** How an offer comes by its event. */
export function createEventLookup(deps: {
  directory: EventDirectory;
  settling: Pick<EventSettling, "settle">;
  log: Pick<Logger, "warn">;
}) {
  const { directory, settling, log } = deps;
  return {
    /** What a seller writes of an event is looked up; while the events service is away the ticket goes without. */
    async resolved(written: TicketedEvent, category: Category): Promise<OfferedEvent> {
      try {
        const known = await directory.resolve(written, category);
        requireTakesPlace(known.event);
        return { ...known, eventUnsure: true };
      } catch (err) {
        if (err instanceof DomainError) throw err;
        log.warn({ err }, "a ticket waits for its event");
        return { event: written, eventVersion: undefined, eventUnsure: undefined };
      }
    },

    /** What the seller chose. Throws EVENT_NOT_FOUND and EVENT_CANCELLED. */
    async chosen(eventId: string): Promise<OfferedEvent> {
      const known = await directory.find(eventId);
      requireTakesPlace(known.event);
      return { ...known, eventUnsure: true };
    },

    /** What was just written, with its event as it is now; as it was while the events service is away. */
    async withNewestEvent(ticket: Ticket): Promise<Ticket> {
      try {
        return await settling.settle(ticket);
      } catch (err) {
        log.warn({ err }, "an event could not be looked up again");
        return ticket;
      }
    },
  };
}
