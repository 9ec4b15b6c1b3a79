import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import type { EventDirectoryService } from "@ticketing/proto/events/internal/v1/event_directory_service";
import { type Event, EventStatus } from "@ticketing/proto/events/v1/event";
import type { Category } from "@ticketing/proto/tickets/v1/ticket";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { TicketedEvent } from "@ticketing/runtime/values/ticketed-event";

/** An event as the events service knows it. */
export interface KnownEvent {
  event: TicketedEvent & { eventId: string };
  /** The event's own version, by which older news are told from newer. */
  eventVersion: number;
}

/** Where tickets look up what they admit to. */
export interface EventDirectory {
  /** The event, or the one that it was merged into. Throws EVENT_NOT_FOUND. */
  find(eventId: string): Promise<KnownEvent>;
  /** The event of what a seller wrote; one that is not known is made. */
  resolve(written: TicketedEvent, category: Category): Promise<KnownEvent>;
}

export function createEventDirectory(
  events: Pick<Client<typeof EventDirectoryService>, "findEvent" | "resolveEvent">,
): EventDirectory {
  return {
    find: async (eventId) => knownEventOf((await events.findEvent({ eventId })).event),
    resolve: async ({ title, venue, city, startTime }, category) => {
      const written = { title, venue, city, category, startTime: timestampFromDate(startTime) };
      return knownEventOf((await events.resolveEvent(written)).event);
    },
  };
}

function knownEventOf(message: Event | undefined): KnownEvent {
  if (!message?.startTime || !message.venue) throw new Error("events answered with an incomplete event");
  const { id: eventId, title, venue, timeZone, startTime, status, version } = message;
  return {
    event: {
      ...{ eventId, title, timeZone },
      ...{ venue: venue.name, city: venue.city },
      startTime: timestampDate(startTime),
      cancelled: status === EventStatus.CANCELLED,
    },
    eventVersion: Number(version),
  };
}

/** Throws EVENT_CANCELLED. */
export function requireTakesPlace({ cancelled, eventId = "" }: TicketedEvent): void {
  if (cancelled) throw new DomainError("EVENT_CANCELLED", "the event is cancelled", { eventId });
}
