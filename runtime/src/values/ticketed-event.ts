import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Event } from "@ticketing/proto/tickets/v1/ticket";

/** What a ticket is for: a concert, a match. Not to be confused with an event of a stream. */
export interface TicketedEvent {
  title: string;
  venue: string;
  city: string;
  startTime: Date;
  /** Its id in the events service. Absent while that is not known, and then what follows is too. */
  eventId?: string;
  /** The IANA zone of the venue. */
  timeZone?: string;
  /** It does not take place. */
  cancelled?: boolean;
  /** When it was to begin before it was moved last. Absent: it was not moved. */
  formerStartTime?: Date;
}

/** The event in a message. Throws where it or its start is missing. */
export function ticketedEventOf(message: Event | undefined): TicketedEvent {
  const { eventId, timeZone, cancelled, formerStartTime } = message ?? {};
  if (!eventId) return writtenEventOf(message);
  return {
    ...writtenEventOf(message),
    ...{ eventId, timeZone, cancelled },
    ...(formerStartTime && { formerStartTime: timestampDate(formerStartTime) }),
  };
}

/** Of the event in a message what people write. Throws where it or its start is missing. */
export function writtenEventOf(message: Event | undefined): TicketedEvent {
  if (!message?.startTime) throw new Error("a message came without its event, or without when that starts");
  const { title, venue, city, startTime } = message;
  return { title, venue, city, startTime: timestampDate(startTime) };
}

/** The event as messages have it. */
export const ticketedEventInit = (event: TicketedEvent) => ({
  title: event.title,
  venue: event.venue,
  city: event.city,
  startTime: timestampFromDate(event.startTime),
  eventId: event.eventId ?? "",
  timeZone: event.timeZone ?? "",
  cancelled: event.cancelled ?? false,
  ...(event.formerStartTime && { formerStartTime: timestampFromDate(event.formerStartTime) }),
});
