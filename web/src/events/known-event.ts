import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Event } from "@ticketing/proto/events/v1/event";
import type { Category } from "@ticketing/proto/tickets/v1/ticket";

/** An event that the marketplace knows, as a list of suggestions shows it. */
export interface KnownEvent {
  readonly id: string;
  readonly title: string;
  readonly category: Category;
  readonly venue: string;
  readonly city: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** The IANA time zone of the venue. */
  readonly timeZone: string;
  readonly start: Date;
}

const dateOf = (time: Timestamp | undefined) => (time ? timestampDate(time) : new Date(Number.NaN));

/** An event as the events service has it. */
export const knownEvent = ({ id, title, category, venue, timeZone, startTime }: Event): KnownEvent => ({
  ...{ id, title, category, timeZone },
  venue: venue?.name ?? "",
  city: venue?.city ?? "",
  country: venue?.country ?? "",
  start: dateOf(startTime),
});
