import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import type { Event } from "@ticketing/proto/events/v1/event";
import type { Category, Ticket } from "@ticketing/proto/tickets/v1/ticket";

/** An event that the marketplace knows, as suggestions and forms show it. */
export interface KnownEvent {
  /** Empty for the event of a ticket whose id is not known yet. */
  readonly id: string;
  readonly title: string;
  readonly category: Category;
  readonly venue: string;
  readonly city: string;
  /** The IANA time zone of the venue; empty where it is not known. */
  readonly timeZone: string;
  readonly start: Date;
}

const dateOf = (time: Timestamp | undefined) => (time ? timestampDate(time) : new Date(Number.NaN));

/** An event as the events service has it. */
export const knownEvent = ({ id, title, category, venue, timeZone, startTime }: Event): KnownEvent => ({
  ...{ id, title, category, timeZone },
  venue: venue?.name ?? "",
  city: venue?.city ?? "",
  start: dateOf(startTime),
});

/** The event that a ticket is for. */
export const eventOfTicket = ({ event, category }: Ticket): KnownEvent | undefined =>
  event && {
    id: event.eventId,
    title: event.title,
    category,
    venue: event.venue,
    city: event.city,
    timeZone: event.timeZone,
    start: dateOf(event.startTime),
  };
