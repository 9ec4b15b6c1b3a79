import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { Category } from "@ticketing/proto/tickets/v1/ticket";
import { nameKey } from "@ticketing/runtime/text/fold";
import { createCities } from "./cities.ts";
import type { ListingState } from "./listing-state.ts";
import { localDayOf } from "./local-day.ts";
import { tokensOf } from "./tokens.ts";

/** The texts of this to twice as many are kept at hand: folding them costs more than all the rest of a change. */
const MOST_PLACES = 10_000;

/** The rows to which a listing belongs. */
export interface Place {
  event: number;
  text: number;
}

type Texts = Pick<ListingState, "title" | "eventTitle" | "venue" | "city" | "category" | "start" | "known">;

/** Finds the rows of a listing's event and text, and makes those that are not there. */
export function createPlacing(db: DatabaseSync) {
  // What was asked for since the last change of generations, and between the last two: nothing is removed one by one.
  let recent = new Map<string, Place>();
  let older = new Map<string, Place>();
  // What one listing knows of its event, others may not have heard yet.
  const saveEvent = db.prepare(`
    INSERT INTO events (id, title, venue, city, category, start, time_zone, day, cancelled, former_start)
    VALUES (:id, :title, :venue, :city, :category, :start, :time_zone, :day, :cancelled, :former_start)
    ON CONFLICT DO UPDATE SET cancelled = max(cancelled, excluded.cancelled),
      former_start = coalesce(excluded.former_start, former_start)
    RETURNING key`);
  const findText = db.prepare(
    `SELECT key FROM texts
     WHERE event = ? AND title = ? AND event_title = ? AND venue = ? AND city = ? AND category = ?`,
  );
  const addText = db.prepare(
    `INSERT INTO texts (event, title, event_title, venue, city, category, place, tokens)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const placeOf = createCities(db);

  function addTextOf(texts: readonly [number, string, string, string, string, Category]): number {
    const [, title, eventTitle, venue, city, category] = texts;
    const tokens = ` ${tokensOf({ title, eventTitle, venue, city, category })} `;
    return Number(addText.run(...texts, placeOf(city), tokens).lastInsertRowid);
  }

  function place({ title, eventTitle, venue, city, category, start, known }: Texts): Place {
    const id = known?.id ?? eventId({ title: eventTitle, venue, city, start });
    const timeZone = known?.timeZone ?? "";
    const event = saveEvent.get({
      ...{ id, title: eventTitle, venue, city, category, start },
      ...{ time_zone: timeZone, day: localDayOf(start, timeZone) },
      cancelled: Number(known?.cancelled ?? false),
      former_start: known?.formerStart ?? null,
    });
    const eventKey = Number(event?.key);
    const texts = [eventKey, title, eventTitle, venue, city, category] as const;
    return { event: eventKey, text: keyOf(findText.get(...texts)) ?? addTextOf(texts) };
  }

  return {
    place(texts: Texts): Place {
      const { title, eventTitle, venue, city, category, start, known } = texts;
      const name = JSON.stringify([title, eventTitle, venue, city, category, start, known]);
      const found = recent.get(name);
      if (found) return found;
      if (recent.size === MOST_PLACES) {
        older = recent;
        recent = new Map();
      }
      const placed = older.get(name) ?? place(texts);
      recent.set(name, placed);
      return placed;
    },
    /** The rows that it made were taken back. */
    forget(): void {
      recent.clear();
      older.clear();
    },
  };
}

const keyOf = (row: Record<string, unknown> | undefined): number | undefined =>
  row === undefined ? undefined : Number(row.key);

/**
 * The id of an event that is known by its texts alone: two tickets are for the same event when title, venue, city and start agree but for case,
 * accents and punctuation.
 */
export function eventId(event: { title: string; venue: string; city: string; start: number }): string {
  const { title, venue, city, start } = event;
  const key = [title, venue, city].map(nameKey).concat(new Date(start).toISOString());
  return createHash("sha256").update(JSON.stringify(key)).digest("base64url").slice(0, 22);
}
