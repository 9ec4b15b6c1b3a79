import type { EventRow } from "../event-query.ts";
import type { Statements } from "./statements.ts";
import type { Wanted } from "./wanted.ts";

/** An event's row, with its counts. */
export interface EventKey {
  key: number;
  id: string;
  start: number;
  listed: number;
  available: number;
}

interface TextRow {
  key: number;
  event_title: string;
  venue: string;
  city: string;
  category: number;
  listed: number;
}

interface PriceRow {
  currency: string;
  available: number;
  cheapest: number | null;
}

/**
 * An event with what is wanted of it, in the words of one of the wanted listings; undefined when nothing is. Counts that
 * are kept are taken where they count the same.
 */
export function summaryOf(read: Statements, wanted: Wanted, event: EventKey): EventRow | undefined {
  const texts = textsOf(read, wanted, event.key);
  const isWhole = !wanted.text || texts.reduce((sum, { listed }) => sum + listed, 0) === event.listed;
  if (isWhole && !wanted.ofListings) {
    const prices = read.all<PriceRow>(
      "SELECT currency, available, cheapest FROM event_prices WHERE event = :key ORDER BY currency",
      { key: event.key },
    );
    return rowOf(event, texts[0], prices);
  }
  return countedOf(read, wanted, event, texts);
}

/** The event's wanted texts; any one of them when all are. */
const textsOf = (read: Statements, { text, values }: Wanted, key: number): TextRow[] =>
  read.all<TextRow>(
    `SELECT t.key, t.event_title, t.venue, t.city, t.category, t.listed FROM texts t
     WHERE t.event = :key AND t.listed > 0 ${text ? `AND ${text("t.key")}` : "LIMIT 1"}`,
    { ...values, key },
  );

function countedOf(read: Statements, wanted: Wanted, event: EventKey, texts: readonly TextRow[]) {
  const ofTexts = wanted.text ? "AND l.text IN (SELECT value FROM json_each(:of_texts))" : "";
  const prices = read.all<PriceRow & { text: number }>(
    `SELECT l.currency, min(l.text) AS text, sum(l.held = 0 OR l.held_until <= :now) AS available,
       min(iif(l.held = 0 OR l.held_until <= :now, l.price, NULL)) AS cheapest
     FROM listings l INDEXED BY listings_of_event
     WHERE l.event = :key AND ${wanted.listing} ${ofTexts} GROUP BY l.currency ORDER BY l.currency`,
    { ...wanted.values, key: event.key, of_texts: JSON.stringify(texts.map(({ key }) => key)) },
  );
  const [first] = prices;
  if (!first) return undefined;
  const text = read.get<TextRow>("SELECT * FROM texts WHERE key = :text", { text: first.text });
  const available = prices.reduce((sum, price) => sum + price.available, 0);
  return rowOf({ ...event, available }, text, prices);
}

function rowOf(event: EventKey, text: TextRow | undefined, prices: readonly PriceRow[]) {
  if (!text) return undefined;
  return {
    _id: event.id,
    category: text.category,
    event: { title: text.event_title, venue: text.venue, city: text.city, startTime: new Date(event.start) },
    available: event.available,
    cheapest: prices.map(({ currency, cheapest }) => ({ currency, minorUnits: cheapest })),
  };
}
