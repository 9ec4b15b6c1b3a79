import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Event } from "@ticketing/proto/tickets/v1/ticket";

/** What a ticket is for: a concert, a match. Not to be confused with an event of a stream. */
export interface TicketedEvent {
  title: string;
  venue: string;
  city: string;
  startTime: Date;
}

/** The event in a message. Throws where it or its start is missing. */
export function ticketedEventOf(message: Event | undefined): TicketedEvent {
  if (!message?.startTime) throw new Error("a message came without its event, or without when that starts");
  const { title, venue, city, startTime } = message;
  return { title, venue, city, startTime: timestampDate(startTime) };
}

/** The event as messages have it. */
export const ticketedEventInit = ({ title, venue, city, startTime }: TicketedEvent) => ({
  title,
  venue,
  city,
  startTime: timestampFromDate(startTime),
});
