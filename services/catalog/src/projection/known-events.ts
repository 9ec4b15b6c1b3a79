import type { DatabaseSync } from "node:sqlite";
import { type EventState, isAhead, type VenueState } from "./event-state.ts";
import { placeOf, type Suggested } from "./suggested.ts";

/** The events and venues of the service events, each in its newest state; those that are ahead are suggested. */
export interface KnownEvents {
  /** Takes a state, as things are at `now`, unless one as new is held already. */
  applyEvent(state: EventState, now: number): void;
  /** As {@link KnownEvents.applyEvent}, of a venue. */
  applyVenue(state: VenueState): void;
}

export function createKnownEvents(db: DatabaseSync, suggested: Suggested): KnownEvents {
  const findEvent = db.prepare("SELECT key, version, place FROM known_events WHERE id = ?");
  const saveEvent = db.prepare(`
    INSERT INTO known_events (id, version, title, aliases, category, venue_id, venue, city, country, time_zone,
      start, ends, status, merged_into, created, updated)
    VALUES (:id, :version, :title, :aliases, :category, :venue_id, :venue, :city, :country, :time_zone,
      :start, :ends, :status, :merged_into, :created, :updated)
    ON CONFLICT DO UPDATE SET version = :version, title = :title, aliases = :aliases, category = :category,
      venue_id = :venue_id, venue = :venue, city = :city, country = :country, time_zone = :time_zone,
      start = :start, ends = :ends, status = :status, merged_into = :merged_into, created = :created,
      updated = :updated
    RETURNING key`);
  const setPlace = db.prepare("UPDATE known_events SET place = ? WHERE key = ?");
  const findVenue = db.prepare("SELECT key, version FROM known_venues WHERE id = ?");
  const saveVenue = db.prepare(`
    INSERT INTO known_venues (id, version, name, city, country, time_zone, sections, created, updated)
    VALUES (:id, :version, :name, :city, :country, :time_zone, :sections, :created, :updated)
    ON CONFLICT DO UPDATE SET version = :version, name = :name, city = :city, country = :country,
      time_zone = :time_zone, sections = :sections, created = :created, updated = :updated
    RETURNING key`);

  return {
    applyEvent(state, now) {
      // The columns that it selects (here and below).
      const before = findEvent.get(state.id) as unknown as HeldEvent | undefined;
      if (before && before.version >= state.version) return;
      if (before?.place) suggested.remove(before.place);
      const { key } = saveEvent.get(eventRow(state)) as { key: number };
      const place = isAhead(state, now) ? placeOf(state.start, key) : null;
      setPlace.run(place, key);
      const { title, aliases, venue, city } = state;
      if (place) suggested.add(place, { titles: [title, ...aliases], venue, city });
    },
    applyVenue(state) {
      const before = findVenue.get(state.id) as unknown as Omit<HeldEvent, "place"> | undefined;
      if (before && before.version >= state.version) return;
      if (before) suggested.remove(before.key);
      const { key } = saveVenue.get(venueRow(state)) as { key: number };
      suggested.add(key, { titles: [state.name], venue: "", city: state.city });
    },
  };
}

const eventRow = ({ aliases, venueId, timeZone, end, mergedInto, ...rest }: EventState) => ({
  ...rest,
  ...{ aliases: JSON.stringify(aliases), venue_id: venueId, time_zone: timeZone },
  ...{ ends: end, merged_into: mergedInto },
});

const venueRow = ({ timeZone, sections, ...rest }: VenueState) => ({
  ...rest,
  ...{ time_zone: timeZone, sections: JSON.stringify(sections) },
});

interface HeldEvent {
  key: number;
  version: number;
  place: number | null;
}
