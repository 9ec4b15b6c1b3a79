import type { TicketedEvent } from "@ticketing/runtime/values/ticketed-event";

/** An event's row, with its counts: what {@link EVENT_COLUMNS} select. */
export interface EventKey extends EventFacts {
  key: number;
  id: string;
  start: number;
  listed: number;
  available: number;
}

/** What the row of an event says of it besides. */
export interface EventFacts {
  time_zone: string;
  cancelled: number;
  former_start: number | null;
}

/** Of an event `e`. */
export const EVENT_COLUMNS =
  "e.key, e.id, e.start, e.listed, e.available, e.time_zone, e.cancelled, e.former_start";

/** Of what has an id: whether it is the event `:id`, or the one that holds in its place, whose its tickets become. */
export const ofEvent = (row: string): string =>
  `${row}.id IN (:id, coalesce((SELECT merged_into FROM known_events WHERE id = :id), ''))`;

/** What a ticket says of its event, by the row of that and its own texts. */
export function ticketedEventOf(
  event: EventFacts & { id: string; start: number },
  texts: { title: string; venue: string; city: string },
): TicketedEvent {
  const written = { ...texts, startTime: new Date(event.start) };
  if (event.time_zone === "") return written;
  return {
    ...written,
    ...{ eventId: event.id, timeZone: event.time_zone, cancelled: event.cancelled === 1 },
    ...(event.former_start !== null && { formerStartTime: new Date(event.former_start) }),
  };
}
