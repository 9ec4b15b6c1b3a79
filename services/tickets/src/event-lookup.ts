import type { Category } from "@ticketing/proto/tickets/v1/ticket";
import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Logger } from "@ticketing/runtime/process/log";
import type { TicketedEvent } from "@ticketing/runtime/values/ticketed-event";
import { type EventDirectory, requireTakesPlace } from "./event-directory.ts";
import { followEvent } from "./follow-event.ts";
import type { Offer, Ticket } from "./ticket.ts";
import type { TicketStore } from "./ticket-aggregate.ts";

type OfferedEvent = Pick<Offer, "event" | "eventVersion">;

/** How an offer comes by its event. */
export function createEventLookup(deps: {
  tickets: TicketStore;
  directory: EventDirectory;
  clock: Clock;
  log: Pick<Logger, "warn">;
}) {
  const { tickets, directory, clock, log } = deps;
  return {
    /** What a seller writes of an event is looked up; while the events service is away the ticket goes without. */
    async resolved(written: TicketedEvent, category: Category): Promise<OfferedEvent> {
      try {
        const known = await directory.resolve(written, category);
        requireTakesPlace(known.event);
        return known;
      } catch (err) {
        if (err instanceof DomainError) throw err;
        log.warn({ err }, "a ticket waits for its event");
        return { event: written, eventVersion: undefined };
      }
    },

    /** What the seller chose. Throws EVENT_NOT_FOUND and EVENT_CANCELLED. */
    async chosen(eventId: string): Promise<OfferedEvent> {
      const known = await directory.find(eventId);
      requireTakesPlace(known.event);
      return known;
    },

    /** An event that changed while its ticket was written may have missed that one. */
    async withNewestEvent(ticket: Ticket): Promise<Ticket> {
      const { eventId } = ticket.event;
      if (!eventId) return ticket;
      try {
        const known = await directory.find(eventId);
        const follow = (current: Ticket) =>
          current.event.eventId === eventId ? followEvent(current, known, clock()) : current;
        return follow(ticket) === ticket ? ticket : await tickets.update(ticket._id, follow);
      } catch (err) {
        log.warn({ err }, "an event could not be looked up again");
        return ticket;
      }
    },
  };
}
