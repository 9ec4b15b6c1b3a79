import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { EventSchema, EventStatus } from "@ticketing/proto/events/v1/event";
import type { VenueSchema } from "@ticketing/proto/events/v1/venue";
import type { Category } from "@ticketing/proto/tickets/v1/ticket";
import type { Statements } from "../search/statements.ts";

/** An event of the service events, as everybody may see it. */
export type KnownEvent = MessageInitShape<typeof EventSchema> & { id: string };
/** A venue of the service events, as everybody may see it. */
export type KnownVenue = MessageInitShape<typeof VenueSchema> & { id: string };

/** The events that are suggested in these places, in their order, without those that have begun. */
export function knownEvents(read: Statements, places: readonly number[], now: number): KnownEvent[] {
  const rows = read.all<EventRow>(
    `SELECT e.* FROM json_each(:places) x CROSS JOIN known_events e INDEXED BY known_events_by_place
     ON e.place = x.value WHERE e.place IS NOT NULL AND e.start > :now ORDER BY x.key`,
    { places: JSON.stringify(places), now },
  );
  return rows.map((row) => ({
    ...{ id: row.id, title: row.title, category: row.category, timeZone: row.time_zone, status: row.status },
    venue: { id: row.venue_id, name: row.venue, city: row.city, country: row.country },
    ...{ startTime: timestampFromMs(row.start), endTime: timestampFromMs(row.ends) },
    ...{ aliases: JSON.parse(row.aliases) as string[], mergedInto: row.merged_into },
    ...versionOf(row),
  }));
}

/** The venues that are suggested in these places, in their order. */
export function knownVenues(read: Statements, places: readonly number[]): KnownVenue[] {
  const rows = read.all<VenueRow>(
    `SELECT v.* FROM json_each(:places) x CROSS JOIN known_venues v ON v.key = x.value ORDER BY x.key`,
    { places: JSON.stringify(places) },
  );
  return rows.map((row) => ({
    ...{ id: row.id, name: row.name, city: row.city, country: row.country, timeZone: row.time_zone },
    sections: JSON.parse(row.sections) as string[],
    ...versionOf(row),
  }));
}

const versionOf = ({ version, created, updated }: VersionRow) => ({
  version: BigInt(version),
  createTime: timestampFromMs(created),
  updateTime: timestampFromMs(updated),
});

interface VersionRow {
  version: number;
  created: number;
  updated: number;
}

interface EventRow extends VersionRow {
  id: string;
  title: string;
  aliases: string;
  category: Category;
  venue_id: string;
  venue: string;
  city: string;
  country: string;
  time_zone: string;
  start: number;
  ends: number;
  status: EventStatus;
  merged_into: string;
}

interface VenueRow extends VersionRow {
  id: string;
  name: string;
  city: string;
  country: string;
  time_zone: string;
  sections: string;
}
