import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { TicketFilter } from "@ticketing/proto/catalog/v1/catalog_service";
import { dayOf, instantsOfDays } from "../projection/local-day.ts";
import { firstPriceOf, priceCell } from "../projection/price-cells.ts";
import { ofEvent } from "./event-row.ts";
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
  /** What facets look at. */
  facets: {
    /** Events are counted up to so many. */
    events: number;
    /** So many rows of events, texts and listings for all facets of a search together. */
    rows: number;
    /** So many texts, and so many listings, of one event. */
    ofEvent: number;
    /** The first so many texts with a common word. */
    texts: number;
  };
}

export const EFFORT: Effort = {
  texts: 1_000,
  candidates: 2_000,
  slice: { first: 200, largest: 5_000 },
  facets: { events: 1_000, rows: 5_000, ofEvent: 50, texts: 1_500 },
};

/** What a filter wants, as conditions on the rows of the projection. */
export interface Wanted {
  /** The values that the conditions name. */
  values: Values;
  /** All that a listing `l` has to fulfil, but for its text. */
  listing: string;
  /** What the text of that key has to fulfil; undefined without words, city and category. */
  text: ((key: string) => string) | undefined;
  /** The same of a row `x` of texts. */
  textRow: string;
  /** Whether the texts are few, and named in `values.texts`. */
  fewTexts: boolean;
  /** Whether what somebody holds is left out. */
  onlyAvailable: boolean;
  /** Whether only what its buyer has at once is wanted. */
  onlyInstant: boolean;
  /** What an event `e` has to have for sale, whatever its texts, from what is kept of its offers; exact or no less than that. */
  offers: { condition: string; isExact: boolean };
  /** Whether the filter looks at more than texts and starts, so that of one text some listings match and others not. */
  ofListings: boolean;
  /** The bounds of the start: from the first to before the second. */
  starts: Range;
  /** The condition on the day of an event's row or of its kind's; undefined for any day. */
  day: string | undefined;
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
    ...{
      text: undefined,
      textRow: "1",
      fewTexts: false,
      ofListings: false,
      onlyAvailable: filter?.onlyAvailable ?? false,
      onlyInstant: filter?.onlyInstant ?? false,
    },
    starts: { from: now + 1, to: Number.MAX_SAFE_INTEGER },
    ...{ day: undefined, prices: { from: 0, to: Number.MAX_SAFE_INTEGER } },
    offers: { condition: "1", isExact: true },
    ...{ currency: "", event: undefined, effort },
  };
  if (!filter) return wanted;
  if (!addEvent(read, filter.eventId, wanted) || !addTexts(read, filter, wanted)) return undefined;
  addDays(filter, wanted);
  addRanges(filter, wanted);
  if (wanted.onlyAvailable) require(wanted, "(l.held = 0 OR l.held_until <= :now)");
  if (wanted.onlyInstant) require(wanted, "l.instant = 1");
  wanted.offers = offersOf(wanted);
  const { starts, prices } = wanted;
  return starts.from < starts.to && prices.from < prices.to ? wanted : undefined;
}

function addEvent(read: Statements, id: string, wanted: Wanted): boolean {
  if (id === "") return true;
  const event = read.get<{ key: number; start: number; listed: number }>(
    `SELECT e.key, e.start, e.listed FROM events e WHERE ${ofEvent("e")} AND e.listed > 0
     ORDER BY e.id = :id DESC, e.start DESC LIMIT 1`,
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
  const found = read.get<{ count: number; texts: string }>(
    `SELECT count(*) AS count, json_group_array(rowid) AS texts
     FROM (SELECT rowid FROM words WHERE words MATCH :match LIMIT :most)`,
    { match: match.expression, most: wanted.effort.texts + 1 },
  );
  if (!found || found.count === 0) return false;
  wanted.fewTexts = found.count <= wanted.effort.texts;
  Object.assign(wanted.values, match.values, { match: match.expression });
  if (wanted.fewTexts) wanted.values.texts = found.texts;
  wanted.textRow = match.condition;
  wanted.text = wanted.fewTexts
    ? (key) => `${key} IN (SELECT value FROM json_each(:texts))`
    : (key) => `EXISTS (SELECT 1 FROM texts x WHERE x.key = ${key} AND ${match.condition})`;
  return true;
}

/** Days are those of the venue: the instants that they may have anywhere bound the start. */
function addDays({ dateFrom, dateUntil }: TicketFilter, wanted: Wanted): void {
  if (dateFrom === "" && dateUntil === "") return;
  const { values, starts } = wanted;
  const [first, last] = [dayNamed(dateFrom) ?? FIRST_DAY, dayNamed(dateUntil) ?? LAST_DAY];
  const { from, to } = instantsOfDays(first, last);
  starts.from = Math.max(starts.from, from);
  starts.to = Math.min(starts.to, to);
  Object.assign(values, { first_day: first, last_day: last });
  wanted.day = "day BETWEEN :first_day AND :last_day";
  wanted.listing += ` AND EXISTS (SELECT 1 FROM events WHERE key = l.event AND ${wanted.day})`;
}

/** Days that no date reaches. */
const [FIRST_DAY, LAST_DAY] = [-1_000_000, 10_000_000];

function dayNamed(date: string): number | undefined {
  const [year, month, day] = date.split("-").map(Number);
  return year !== undefined && month && day ? dayOf(year, month, day) : undefined;
}

function addRanges(filter: TicketFilter, wanted: Wanted): void {
  const { values, starts, prices } = wanted;
  if (filter.startAfter) starts.from = Math.max(starts.from, timestampMs(filter.startAfter));
  if (filter.startBefore) starts.to = Math.min(starts.to, timestampMs(filter.startBefore));
  Object.assign(values, { start_from: starts.from, start_to: starts.to });
  if (filter.startAfter || filter.startBefore || wanted.day) {
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

/** What is kept of offers counts the instant ones with the others: whether there is one, their index says. */
function offersOf(wanted: Wanted): Wanted["offers"] {
  const { condition, isExact } = keptOffers(wanted);
  if (!wanted.onlyInstant) return { condition, isExact };
  const { index, within } = offersIndex(wanted);
  const isAny = !wanted.onlyAvailable && wanted.currency === "";
  return {
    condition: `${condition} AND EXISTS (SELECT 1 FROM listings l INDEXED BY ${index} WHERE l.event = e.key AND ${within})`,
    isExact: isExact && isAny,
  };
}

/** The index that has the offers of an event by currency and price, without others than instant ones where it can, and its rows. */
export const offersIndex = ({ onlyInstant }: Wanted): { index: string; within: string } =>
  onlyInstant
    ? { index: "listings_instant", within: "l.for_sale = 1 AND l.instant = 1" }
    : { index: "listings_of_event", within: "l.for_sale = 1" };

/** Prices are kept by cells. */
function keptOffers({ values, prices, currency, onlyAvailable }: Wanted): Wanted["offers"] {
  const kind = onlyAvailable ? "available" : "listed";
  const isOfPrice = "price_from" in values;
  if (currency === "") return { condition: `e.${kind} > 0`, isExact: !isOfPrice };
  const [from, last] = [priceCell(prices.from), priceCell(prices.to - 1)];
  Object.assign(values, { cell_from: from, cell_last: last });
  return {
    condition: `EXISTS (SELECT 1 FROM event_price_cells p WHERE p.event = e.key AND p.currency = :currency
      AND p.cell BETWEEN :cell_from AND :cell_last AND p.${kind} > 0)`,
    isExact:
      firstPriceOf(from) === prices.from &&
      (prices.to === Number.MAX_SAFE_INTEGER || firstPriceOf(last + 1) === prices.to),
  };
}

function require(wanted: Wanted, condition: string): void {
  wanted.listing += ` AND ${condition}`;
  wanted.ofListings = true;
}

/** All that a listing `l` has to fulfil. */
export const listingCondition = ({ listing, text }: Wanted): string =>
  text ? `${listing} AND ${text("l.text")}` : listing;
