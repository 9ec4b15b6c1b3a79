import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { Category } from "@ticketing/proto/tickets/v1/ticket";
import { nameKey } from "@ticketing/runtime/text/fold";
import { createCities } from "./cities.ts";
import type { ListingState } from "./listing-state.ts";
import { tokensOf } from "./tokens.ts";

/** The texts of this many are kept at hand: folding them costs more than all the rest of a change. */
const MOST_PLACES = 20_000;

/** The rows to which a listing belongs. */
export interface Place {
  event: number;
  text: number;
}

type Texts = Pick<ListingState, "title" | "eventTitle" | "venue" | "city" | "category" | "start">;

/** Finds the rows of a listing's event and text, and makes those that are not there. */
export function createPlacing(db: DatabaseSync) {
  const known = new Map<string, Place>();
  const findEvent = db.prepare("SELECT key FROM events WHERE id = ?");
  const addEvent = db.prepare(
    "INSERT INTO events (id, title, venue, city, category, start) VALUES (?, ?, ?, ?, ?, ?)",
  );
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

  function place({ title, eventTitle, venue, city, category, start }: Texts): Place {
    const id = eventId({ title: eventTitle, venue, city, start });
    const event = keyOf(findEvent.get(id)) ?? addEvent.run(id, eventTitle, venue, city, category, start);
    const eventKey = typeof event === "number" ? event : Number(event.lastInsertRowid);
    const texts = [eventKey, title, eventTitle, venue, city, category] as const;
    return { event: eventKey, text: keyOf(findText.get(...texts)) ?? addTextOf(texts) };
  }

  return {
    place(texts: Texts): Place {
      const { title, eventTitle, venue, city, category, start } = texts;
      const name = JSON.stringify([title, eventTitle, venue, city, category, start]);
      const found = known.get(name) ?? place(texts);
      known.delete(name);
      known.set(name, found);
      if (known.size > MOST_PLACES) known.delete(known.keys().next().value ?? name);
      return found;
    },
    /** The rows that it made were taken back. */
    forget(): void {
      known.clear();
    },
  };
}

const keyOf = (row: Record<string, unknown> | undefined): number | undefined =>
  row === undefined ? undefined : Number(row.key);

/**
 * The id of a listing's event: two tickets are for the same event when title, venue, city and start agree but for case,
 * accents and punctuation.
 */
export function eventId(event: { title: string; venue: string; city: string; start: number }): string {
  const { title, venue, city, start } = event;
  const key = [title, venue, city].map(nameKey).concat(new Date(start).toISOString());
  return createHash("sha256").update(JSON.stringify(key)).digest("base64url").slice(0, 22);
}
