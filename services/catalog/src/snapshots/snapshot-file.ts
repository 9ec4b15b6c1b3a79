import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { priceBand } from "../projection/price-bands.ts";
import { priceCell } from "../projection/price-cells.ts";
import { SCHEMA_VERSION } from "../projection/schema.ts";

/** What the broker's list says about a snapshot. */
export const snapshotFacts = z.object({
  /** The layout and folding of the file: SCHEMA_VERSION of its time. */
  schema: z.number().int(),
  /** Its size in bytes, not compressed. */
  bytes: z.number().int(),
  /** Until which event of which streams it was fed. They are in the file too. */
  positions: z.array(
    z.object({ stream: z.string(), created: z.string(), sequence: z.number().int().nonnegative() }),
  ),
});
export type SnapshotFacts = z.output<typeof snapshotFacts>;

/** How many rows are held and not counted, or counted and not held. */
const apartFrom = (held: string, counted: string): string =>
  `SELECT (SELECT count(*) FROM (${held} EXCEPT ${counted}))
        + (SELECT count(*) FROM (${counted} EXCEPT ${held})) AS n`;

/** Each asks for what counts differently than the states say. Written apart from the code that counts. */
const differences: Readonly<Record<string, string>> = {
  "events.listed": `SELECT count(*) AS n FROM events e WHERE e.listed <>
    (SELECT count(*) FROM listings l WHERE l.for_sale = 1 AND l.event = e.key)`,
  "events.available": `SELECT count(*) AS n FROM events e WHERE e.available <>
    (SELECT count(*) FROM listings l WHERE l.for_sale = 1 AND l.held = 0 AND l.event = e.key)`,
  "texts.listed": `SELECT count(*) AS n FROM texts t WHERE t.listed <>
    (SELECT count(*) FROM listings l WHERE l.for_sale = 1 AND l.text = t.key)`,
  event_prices: apartFrom(
    "SELECT event, currency, available, cheapest FROM event_prices",
    "SELECT event, currency, count(*), min(price) FROM listings WHERE for_sale = 1 AND held = 0 GROUP BY 1, 2",
  ),
  event_sections: apartFrom(
    "SELECT event, section, currency, available, cheapest FROM event_sections",
    `SELECT event, section, currency, count(*), min(price) FROM listings
     WHERE for_sale = 1 AND held = 0 GROUP BY 1, 2, 3`,
  ),
  event_price_cells: apartFrom(
    "SELECT event, currency, cell, listed, available FROM event_price_cells",
    `SELECT event, currency, price_cell(price), count(*), sum(held = 0) FROM listings
     WHERE for_sale = 1 GROUP BY 1, 2, 3`,
  ),
  event_bands: apartFrom(
    "SELECT event, currency, 1 << n.value FROM event_bands JOIN json_each('[0,1,2,3,4,5]') n ON bands & (1 << n.value)",
    `SELECT DISTINCT event, currency, 1 << price_band(price_cell(price)) FROM listings WHERE for_sale = 1`,
  ),
  event_kinds: apartFrom(
    "SELECT category, city, start, event, day, texts FROM event_kinds",
    `SELECT c.value, p.value, e.start, t.event, e.day, count(*) FROM texts t JOIN events e ON e.key = t.event
       JOIN json_each(json_array(0, t.category)) c JOIN json_each(json_array(0, t.place)) p
     WHERE t.listed > 0 GROUP BY 1, 2, 3, 4, 5`,
  ),
  "cities.listed": `SELECT count(*) AS n FROM cities c WHERE c.listed <>
    (SELECT count(*) FROM event_kinds k WHERE k.category = 0 AND k.city = c.key)`,
  "listings.event": "SELECT count(*) AS n FROM listings WHERE event NOT IN (SELECT key FROM events)",
  "listings.text": "SELECT count(*) AS n FROM listings WHERE text NOT IN (SELECT key FROM texts)",
  words: `SELECT (SELECT count(*) FROM words_docsize WHERE id NOT IN (SELECT key FROM texts WHERE listed > 0))
      + (SELECT count(*) FROM texts WHERE listed > 0 AND key NOT IN (SELECT id FROM words_docsize)) AS n`,
  suggested: apartFrom(
    "SELECT place FROM suggested",
    "SELECT * FROM (SELECT place FROM known_events WHERE place IS NOT NULL UNION ALL SELECT key FROM known_venues)",
  ),
  names: apartFrom("SELECT id FROM names_docsize", "SELECT place FROM suggested"),
  vocabulary: apartFrom(
    "SELECT word, suggested FROM vocabulary",
    "SELECT value, count(*) FROM suggested s, json_each(s.vocabulary) GROUP BY value",
  ),
  word_forms: "SELECT count(*) AS n FROM word_forms WHERE word NOT IN (SELECT key FROM vocabulary)",
};

/**
 * Throws unless a projection's file is whole, of this layout, fed without a gap, and counts what its listings say. It
 * takes seconds for a large file: not for the thread that serves.
 */
export function checkFile(db: DatabaseSync): void {
  const schema = db.prepare("PRAGMA user_version").get()?.user_version;
  if (schema !== SCHEMA_VERSION) throw new Error(`the file has layout ${schema}, not ${SCHEMA_VERSION}`);
  const [fault] = db.prepare("PRAGMA quick_check(1)").all();
  if (fault?.quick_check !== "ok") throw new Error(`the file is damaged: ${fault?.quick_check}`);
  const gaps = db.prepare("SELECT stream FROM positions WHERE incomplete <> 0").all();
  if (gaps.length > 0)
    throw new Error(`events are missing of ${gaps.map(({ stream }) => stream).join(", ")}`);
  db.function("price_cell", { deterministic: true }, (price) => priceCell(Number(price)));
  db.function("price_band", { deterministic: true }, (cell) => priceBand(Number(cell)));
  for (const [name, sql] of Object.entries(differences)) {
    const n = Number(db.prepare(sql).get()?.n);
    if (n !== 0) throw new Error(`${n} rows of ${name} do not count what the states say`);
  }
}

/** How far a file was fed. */
export function positionsIn(db: DatabaseSync): SnapshotFacts["positions"] {
  const rows = db.prepare("SELECT stream, created, sequence FROM positions ORDER BY stream").all();
  return snapshotFacts.shape.positions.parse(rows);
}
