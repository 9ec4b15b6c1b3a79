import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type Event, EventStatus } from "@ticketing/proto/events/v1/event";
import type { Venue } from "@ticketing/proto/events/v1/venue";
import type { Category } from "@ticketing/proto/tickets/v1/ticket";
import { PoisonEvent } from "@ticketing/runtime/events/events";

/** The public state of one version of an event, as the service events has it. Times are in ms since 1970. */
export interface EventState {
  id: string;
  /** An older state never replaces a newer one. */
  version: number;
  title: string;
  aliases: readonly string[];
  category: Category;
  venueId: string;
  venue: string;
  city: string;
  country: string;
  timeZone: string;
  start: number;
  end: number;
  status: EventStatus;
  /** The event that holds in its place; empty: none. */
  mergedInto: string;
  created: number;
  updated: number;
}

/** The public state of one version of a venue. Times are in ms since 1970. */
export interface VenueState {
  id: string;
  /** An older state never replaces a newer one. */
  version: number;
  name: string;
  city: string;
  country: string;
  timeZone: string;
  sections: readonly string[];
  created: number;
  updated: number;
}

/** Whether somebody may still want a ticket for it at an instant. */
export const isAhead = ({ status, mergedInto, start }: EventState, now: number): boolean =>
  status !== EventStatus.CANCELLED && mergedInto === "" && start > now;

/** The state in a message. Throws {@link PoisonEvent} when it lacks what the contract promises. */
export function eventStateOf(event: Event): EventState {
  const { venue, startTime, endTime, createTime, updateTime } = event;
  if (!event.id || !venue || !startTime || !endTime || !createTime || !updateTime) {
    throw new PoisonEvent("the event's state is incomplete");
  }
  const { id, title, aliases, category, timeZone, status, mergedInto } = event;
  return {
    ...{ id, version: Number(event.version), title, aliases, category, timeZone, status, mergedInto },
    ...{ venueId: venue.id, venue: venue.name, city: venue.city, country: venue.country },
    ...{ start: timestampMs(startTime), end: timestampMs(endTime) },
    ...{ created: timestampMs(createTime), updated: timestampMs(updateTime) },
  };
}

/** The state in a message. Throws {@link PoisonEvent} when it lacks what the contract promises. */
export function venueStateOf(venue: Venue): VenueState {
  const { createTime, updateTime } = venue;
  if (!venue.id || !createTime || !updateTime) throw new PoisonEvent("the venue's state is incomplete");
  const { id, name, city, country, timeZone, sections } = venue;
  return {
    ...{ id, version: Number(venue.version), name, city, country, timeZone, sections },
    ...{ created: timestampMs(createTime), updated: timestampMs(updateTime) },
  };
}
