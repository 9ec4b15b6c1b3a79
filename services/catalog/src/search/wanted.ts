import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { TicketFilter } from "@ticketing/proto/catalog/v1/catalog_service";
import type { Statements, Values } from "./statements.ts";
import { textMatch } from "./text-match.ts";

/** How much is done at once: a few milliseconds' work. */
export interface Effort {
  /** Up to so many texts are looked up together and then named; of more, each is looked up when its turn comes. */
  texts: number;
  /** Up to so many candidates are fetched and sorted. */
  candidates: number;
  /** The rows of the first and of the largest slice of a walk. */
  slice: { first: number; largest: number };
}

export const EFFORT: Effort = { texts: 1_000, candidates: 2_000, slice: { first: 200, largest: 5_000 } };

/** What a filter wants, as conditions on the rows of the projection. */
export interface Wanted {
  /** The values that the conditions name. */
  values: Values;
  /** All that a listing `l` has to fulfil, but for its text. */
  listing: string;
  /** What the text of that key has to fulfil; undefined without words, city and category. */
  text: ((key: string) => string) | undefined;
  /** Whether the texts are few, and named in `values.texts`. */
  fewTexts: boolean;
  /** Whether the filter looks at more than texts and starts, so that of one text some listings match and others not. */
  ofListings: boolean;
  /** The bounds of the start: from the first to before the second. */
  starts: Range;
  /** The bounds of the price, likewise. */
  prices: Range;
  /** Empty for all. */
  currency: string;
  /** The event's key; undefined for all. */
  event: { key: number; start: number; listed: number } | undefined;
  effort: Effort;
}

export interface Range {
  from: number;
  to: number;
}

/** The conditions for a filter at an instant; undefined when nothing can match. */
export function wantedOf(
  read: Statements,
  asked: { filter: TicketFilter | undefined; now: number; effort: Effort },
): Wanted | undefined {
  const { filter, now, effort } = asked;
  const wanted: Wanted = {
    values: { now },
    listing: "l.for_sale = 1 AND l.start > :now",
    ...{ text: undefined, fewTexts: false, ofListings: false },
    starts: { from: now + 1, to: Number.MAX_SAFE_INTEGER },
    prices: { from: 0, to: Number.MAX_SAFE_INTEGER },
    ...{ currency: "", event: undefined, effort },
  };
  if (!filter) return wanted;
  if (!addEvent(read, filter.eventId, wanted) || !addTexts(read, filter, wanted)) return undefined;
  addRanges(filter, wanted);
  if (filter.onlyAvailable) require(wanted, "(l.held = 0 OR l.held_until <= :now)");
  const { starts, prices } = wanted;
  return starts.from < starts.to && prices.from < prices.to ? wanted : undefined;
}

function addEvent(read: Statements, id: string, wanted: Wanted): boolean {
  if (id === "") return true;
  const event = read.get<{ key: number; start: number; listed: number }>(
    "SELECT key, start, listed FROM events WHERE id = :id AND listed > 0",
    { id },
  );
  if (!event) return false;
  wanted.event = event;
  wanted.values.event = event.key;
  wanted.listing += " AND l.event = :event";
  wanted.starts = { from: Math.max(wanted.starts.from, event.start), to: event.start + 1 };
  return true;
}

function addTexts(read: Statements, filter: TicketFilter, wanted: Wanted): boolean {
  const match = textMatch(filter);
  if (match === undefined) return true;
  if (match === null) return false;
  const found = read.all<{ rowid: number }>("SELECT rowid FROM words WHERE words MATCH :match LIMIT :most", {
    match: match.expression,
    most: wanted.effort.texts + 1,
  });
  wanted.fewTexts = found.length <= wanted.effort.texts;
  const values = wanted.fewTexts ? { texts: JSON.stringify(found.map(({ rowid }) => rowid)) } : match.values;
  Object.assign(wanted.values, values);
  wanted.text = wanted.fewTexts
    ? (key) => `${key} IN (SELECT value FROM json_each(:texts))`
    : (key) => `EXISTS (SELECT 1 FROM texts x WHERE x.key = ${key} AND ${match.condition})`;
  return found.length > 0;
}

function addRanges(filter: TicketFilter, wanted: Wanted): void {
  const { values, starts, prices } = wanted;
  if (filter.startAfter) starts.from = Math.max(starts.from, timestampMs(filter.startAfter));
  if (filter.startBefore) starts.to = Math.min(starts.to, timestampMs(filter.startBefore));
  Object.assign(values, { start_from: starts.from, start_to: starts.to });
  if (filter.startAfter || filter.startBefore) {
    wanted.listing += " AND l.start >= :start_from AND l.start < :start_to";
  }
  if (filter.currency !== "") {
    wanted.currency = filter.currency;
    values.currency = filter.currency;
    require(wanted, "l.currency = :currency");
  }
  if (filter.minPrice > 0n) prices.from = Number(filter.minPrice);
  if (filter.maxPrice > 0n) prices.to = Number(filter.maxPrice) + 1;
  if (filter.minPrice > 0n || filter.maxPrice > 0n) {
    Object.assign(values, { price_from: prices.from, price_to: prices.to });
    require(wanted, "l.price >= :price_from AND l.price < :price_to");
  }
}

function require(wanted: Wanted, condition: string): void {
  wanted.listing += ` AND ${condition}`;
  wanted.ofListings = true;
}

/** All that a listing `l` has to fulfil. */
export const listingCondition = ({ listing, text }: Wanted): string =>
  text ? `${listing} AND ${text("l.text")}` : listing;
