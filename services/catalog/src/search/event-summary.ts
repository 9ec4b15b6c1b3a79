import { setImmediate } from "node:timers/promises";
import type { EventRow } from "../event-query.ts";
import { type PriceRow, pricesOf } from "./event-prices.ts";
import { type EventKey, ticketedEventOf } from "./event-row.ts";
import { createPauses } from "./pauses.ts";
import type { Statements } from "./statements.ts";
import type { Wanted } from "./wanted.ts";

/** What a text says of its event. */
export interface EventTexts {
  event_title: string;
  venue: string;
  city: string;
  category: number;
}

interface TextRow extends EventTexts {
  key: number;
  listed: number;
  /** What the seller wrote. */
  title: string;
}

/** Events of which everything is wanted, from the counts that are kept of them: two statements for all. */
export function wholeSummaries(read: Statements, events: readonly EventKey[]): EventRow[] {
  const keys = { keys: JSON.stringify(events.map(({ key }) => key)) };
  const texts = read.all<EventTexts & { event: number }>(
    `SELECT x.event, x.event_title, x.venue, x.city, x.category FROM json_each(:keys) k
     CROSS JOIN texts x ON x.key = (SELECT key FROM texts WHERE event = k.value AND listed > 0 LIMIT 1)`,
    keys,
  );
  const prices = read.all<PriceRow & { event: number }>(
    `SELECT p.event, p.currency, p.available, p.cheapest FROM json_each(:keys) k
     CROSS JOIN event_prices p ON p.event = k.value ORDER BY p.event, p.currency`,
    keys,
  );
  const textOf = new Map(texts.map((text) => [text.event, text]));
  const pricesOf = Map.groupBy(prices, ({ event }) => event);
  return events.flatMap((event) => {
    const lockEnd = event.available === 0 ? lockEndOf(read, event.key) : null;
    return rowOf(event, textOf.get(event.key), { prices: pricesOf.get(event.key) ?? [], lockEnd }) ?? [];
  });
}

/**
 * Events in their order, each with what is wanted of it, in the words of one of its wanted listings. One of which nothing
 * is wanted is left out.
 */
export async function summariesOf(
  read: Statements,
  wanted: Wanted,
  events: readonly EventKey[],
): Promise<EventRow[]> {
  if (!wanted.text && !wanted.ofListings) return wholeSummaries(read, events);
  const rows: EventRow[] = [];
  const pause = createPauses();
  for (const event of events) {
    await pause();
    const row = await summaryOf(read, wanted, event);
    if (row) rows.push(row);
  }
  return rows;
}

/** Counts that are kept are taken where they count the same. */
async function summaryOf(read: Statements, wanted: Wanted, event: EventKey): Promise<EventRow | undefined> {
  const { text, ofListings } = wanted;
  const texts = text ? await textsOf(read, wanted, event.key) : [];
  if (text && texts.length === 0) return undefined;
  const isWhole = texts.reduce((sum, { listed }) => sum + listed, 0) === event.listed;
  if (isWhole && !ofListings) return wholeSummaries(read, [event])[0];
  return countedOf(read, wanted, event, texts);
}

/**
 * The event's wanted texts. Some events have thousands, which are read in slices: between two of them the process does
 * what else is due.
 */
async function textsOf(
  read: Statements,
  { textRow, values, effort }: Wanted,
  key: number,
): Promise<TextRow[]> {
  const texts: TextRow[] = [];
  let from: Pick<TextRow, keyof EventTexts | "title"> = NO_TEXT;
  for (;;) {
    const slice = read.all<TextRow & { is_wanted: number }>(
      `SELECT x.key, x.title, x.event_title, x.venue, x.city, x.category, x.listed,
         x.listed > 0 AND ${textRow} AS is_wanted FROM texts x
       WHERE x.event = :key AND (x.title, x.event_title, x.venue, x.city, x.category)
         > (:title, :event_title, :venue, :city, :category)
       ORDER BY x.title, x.event_title, x.venue, x.city, x.category LIMIT :size`,
      { ...values, ...from, key, size: effort.slice.first },
    );
    texts.push(...slice.filter(({ is_wanted }) => is_wanted === 1));
    const last = slice.at(-1);
    if (!last || slice.length < effort.slice.first) return texts;
    from = last;
    await setImmediate();
  }
}

/** Before all texts. */
const NO_TEXT = { title: "", event_title: "", venue: "", city: "", category: -1 };

async function countedOf(
  read: Statements,
  wanted: Wanted,
  event: EventKey,
  texts: readonly TextRow[],
): Promise<EventRow | undefined> {
  const prices = await pricesOf(read, wanted, event, texts);
  const [first] = prices;
  if (!first) return undefined;
  const text = read.get<TextRow>("SELECT * FROM texts WHERE key = :text", { text: first.text });
  const available = prices.reduce((sum, price) => sum + price.available, 0);
  const lockEnd = available === 0 ? Math.min(...prices.map((price) => Number(price.lock_end))) : null;
  return rowOf({ ...event, available }, text, { prices, lockEnd });
}

/** When the first lock on a ticket of the event ends. */
const lockEndOf = (read: Statements, key: number): number | null =>
  read.get<{ lock_end: number }>(
    "SELECT held_until AS lock_end FROM listings WHERE event = :key AND held = 1 ORDER BY held_until LIMIT 1",
    { key },
  )?.lock_end ?? null;

/** An event in the words of one of its texts. */
export function rowOf(
  event: EventKey,
  text: EventTexts | undefined,
  { prices, lockEnd }: { prices: readonly PriceRow[]; lockEnd: number | null },
): EventRow | undefined {
  if (!text) return undefined;
  return {
    _id: event.id,
    category: text.category,
    event: ticketedEventOf(event, { title: text.event_title, venue: text.venue, city: text.city }),
    available: event.available,
    cheapest: prices.map(({ currency, cheapest }) => ({ currency, minorUnits: cheapest })),
    firstLockEnd: lockEnd === null ? null : new Date(lockEnd),
  };
}
