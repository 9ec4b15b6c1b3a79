import type { DatabaseSync } from "node:sqlite";
import type { Counted, Counting } from "./counting.ts";
import type { Suggested } from "./suggested.ts";

/** So many events are taken out of the suggestions at once: each has many words. */
const SUGGESTIONS_AT_ONCE = 10;

/** A listing that time alone changes. */
type Due = Counted & { key: number; id: string };

/** What changes because time passes: locks end, events begin. */
export interface PassingTime {
  /** Brings at most `limit` of each kind to what they are at `now`; gives the ids of the listings that it changed. */
  pass(now: number, limit: number): string[];
  /** When the next row is due, in ms since 1970; Infinity when none is. */
  next(): number;
}

export function createPassingTime(db: DatabaseSync, counting: Counting, suggested: Suggested): PassingTime {
  const counted = "key, id, event, text, section, price, currency, start, for_sale, held";
  const findLapsed = db.prepare(
    `SELECT ${counted} FROM listings WHERE held = 1 AND held_until <= ? ORDER BY held_until LIMIT ?`,
  );
  const release = db.prepare("UPDATE listings SET held = 0 WHERE key = ?");
  const findBegunEvents = db.prepare(
    "SELECT key FROM events WHERE listed > 0 AND start <= ? ORDER BY start LIMIT ?",
  );
  const findBegun = db.prepare(
    `SELECT ${counted} FROM listings WHERE for_sale = 1 AND start <= ? ORDER BY start LIMIT ?`,
  );
  const takeOffSale = db.prepare("UPDATE listings SET for_sale = 0, held = 0 WHERE key = ?");
  const findPlaces = db.prepare(
    "SELECT key, place FROM known_events WHERE place IS NOT NULL AND start <= ? ORDER BY start LIMIT ?",
  );
  const removePlace = db.prepare("UPDATE known_events SET place = NULL WHERE key = ?");
  const findNext = db.prepare(
    `SELECT (SELECT held_until FROM listings WHERE held = 1 ORDER BY held_until LIMIT 1) AS lock,
            (SELECT start FROM listings WHERE for_sale = 1 ORDER BY start LIMIT 1) AS start,
            (SELECT start FROM known_events WHERE place IS NOT NULL ORDER BY start LIMIT 1) AS suggestion`,
  );

  function endSuggestions(now: number): void {
    const places = findPlaces.all(now, SUGGESTIONS_AT_ONCE) as unknown as { key: number; place: number }[];
    for (const { key, place } of places) {
      removePlace.run(key);
      suggested.remove(place);
    }
  }

  return {
    pass(now, limit) {
      endSuggestions(now);
      // The columns that are selected.
      const begunEvents = findBegunEvents.all(now, limit) as unknown as { key: number }[];
      counting.clearEvents(begunEvents.map(({ key }) => key));
      const begun = findBegun.all(now, limit) as unknown as Due[];
      for (const listing of begun) {
        takeOffSale.run(listing.key);
        counting.count(listing, { ...listing, for_sale: 0, held: 0 }, now);
      }
      const lapsed = findLapsed.all(now, limit) as unknown as Due[];
      for (const listing of lapsed) {
        release.run(listing.key);
        counting.count(listing, { ...listing, held: 0 }, now);
      }
      return [...begun, ...lapsed].map(({ id }) => id);
    },
    next() {
      const times = Object.values(findNext.get() as Record<string, number | null>);
      return Math.min(...times.map((time) => time ?? Number.POSITIVE_INFINITY));
    },
  };
}
