import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Event } from "./event.ts";
import type { Venue } from "./venue.ts";

/** What everybody may know of a venue. */
export const venueMessage = (venue: Venue) => ({
  id: venue._id,
  name: venue.name,
  city: venue.city,
  country: venue.country,
  timeZone: venue.timeZone,
  sections: venue.sections,
  ...versionOf(venue),
});

/** What everybody may know of an event. */
export const eventMessage = (event: Event) => ({
  id: event._id,
  title: event.title,
  category: event.category,
  venue: {
    id: event.venue._id,
    name: event.venue.name,
    city: event.venue.city,
    country: event.venue.country,
  },
  timeZone: event.venue.timeZone,
  startTime: timestampFromDate(event.startTime),
  endTime: timestampFromDate(new Date(event.startTime.getTime() + event.durationMs)),
  status: event.status,
  aliases: event.aliases,
  mergedInto: event.mergedInto ?? "",
  ...versionOf(event),
});

const versionOf = ({ version, createTime, updateTime }: Venue | Event) => ({
  version: BigInt(version),
  createTime: timestampFromDate(createTime),
  updateTime: timestampFromDate(updateTime),
});
