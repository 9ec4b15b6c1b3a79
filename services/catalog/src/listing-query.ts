import { timestampDate } from "@bufbuild/protobuf/wkt";
import { OrderBy, type TicketFilter } from "@ticketing/proto/catalog/v1/catalog_service";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { type Term, termsOf, type WantedWord } from "@ticketing/runtime/text/words";
import type { Filter, Sort } from "mongodb";
import { notHeld } from "./held.ts";
import { cityKeysOf, type Listing } from "./listing.ts";
import { badPageToken, type Position } from "./page-token.ts";

/** Sorts after every word that starts with the prefix before it: no letter is a higher code point. */
const AFTER_PREFIX = "\u{10ffff}";

/** What is for sale now and matches every part of the filter that is set. */
export function matching(filter: TicketFilter | undefined, now: Date): Filter<Listing> {
  const all: Filter<Listing>[] = [
    { storedStatus: TicketStatus.AVAILABLE, "event.startTime": { $gt: now } },
    ...(filter ? [...textConditions(filter), ...rangeConditions(filter, now)] : []),
  ];
  return { $and: all };
}

function textConditions({ query, city }: TicketFilter): Filter<Listing>[] {
  const terms = termsOf(query);
  // Signs alone name nothing.
  const none = terms.length === 0 && query.trim() !== "" ? [{ _id: "" }] : [];
  return [
    ...none,
    ...terms.map(matchingTerm),
    ...(city === "" ? [] : [{ cityKeys: { $in: cityKeysOf(city) } }]),
  ];
}

function matchingTerm(term: Term): Filter<Listing> {
  const readings = term.map((words) => allOf(words.map(matchingWord)));
  const [first] = readings;
  return readings.length === 1 && first ? first : { $or: readings };
}

const allOf = (conditions: Filter<Listing>[]): Filter<Listing> => {
  const [first] = conditions;
  return conditions.length === 1 && first ? first : { $and: conditions };
};

const matchingWord = ({ text, prefix }: WantedWord): Filter<Listing> =>
  prefix ? { words: { $elemMatch: { $gte: text, $lt: text + AFTER_PREFIX } } } : { words: text };

function rangeConditions(filter: TicketFilter, now: Date): Filter<Listing>[] {
  const conditions: Filter<Listing>[] = [];
  if (filter.category !== 0) conditions.push({ category: filter.category });
  if (filter.currency !== "") conditions.push({ "price.currency": filter.currency });
  if (filter.minPrice > 0n) conditions.push({ "price.minorUnits": { $gte: Number(filter.minPrice) } });
  if (filter.maxPrice > 0n) conditions.push({ "price.minorUnits": { $lte: Number(filter.maxPrice) } });
  if (filter.startAfter) conditions.push({ "event.startTime": { $gte: timestampDate(filter.startAfter) } });
  if (filter.startBefore) conditions.push({ "event.startTime": { $lt: timestampDate(filter.startBefore) } });
  if (filter.eventId !== "") conditions.push({ "event.id": filter.eventId });
  if (filter.onlyAvailable) conditions.push(notHeld(now));
  return conditions;
}

interface Ordering {
  field: "event.startTime" | "price.minorUnits" | "createTime";
  direction: 1 | -1;
  /** Amounts of different currencies are not compared: one currency comes after the other. */
  byCurrency?: boolean;
  keyOf: (listing: Listing) => number;
}

const byStart: Ordering = {
  field: "event.startTime",
  direction: 1,
  keyOf: (listing) => listing.event.startTime.getTime(),
};
const byPrice: Ordering = {
  field: "price.minorUnits",
  direction: 1,
  byCurrency: true,
  keyOf: (listing) => listing.price.minorUnits,
};
const orderings: Record<OrderBy, Ordering> = {
  [OrderBy.UNSPECIFIED]: byStart,
  [OrderBy.START_TIME]: byStart,
  [OrderBy.PRICE]: byPrice,
  [OrderBy.PRICE_DESC]: { ...byPrice, direction: -1 },
  [OrderBy.NEWEST]: { field: "createTime", direction: -1, keyOf: (listing) => listing.createTime.getTime() },
};

/** How an order sorts, and where a page of it continues. */
export function pageOf(order: OrderBy, after: Position | undefined) {
  const { field, direction, byCurrency, keyOf } = orderings[order];
  const sort: Sort = { ...(byCurrency && { "price.currency": 1 }), [field]: direction, _id: direction };
  const positionOf = (last: Listing): Position => ({
    ...(byCurrency && { currency: last.price.currency }),
    key: keyOf(last),
    id: last._id,
  });
  return { sort, rest: after ? pastPosition(orderings[order], after) : {}, positionOf };
}

function pastPosition({ field, direction, byCurrency }: Ordering, after: Position): Filter<Listing> {
  const beyond = direction === 1 ? "$gt" : "$lt";
  const key = field === "price.minorUnits" ? after.key : new Date(after.key);
  const past = { $or: [{ [field]: { [beyond]: key } }, { [field]: key, _id: { [beyond]: after.id } }] };
  if (!byCurrency) return past;
  const { currency } = after;
  // From a release that compared all prices with each other.
  if (currency === undefined) throw badPageToken();
  return { $or: [{ "price.currency": { $gt: currency } }, { "price.currency": currency, ...past }] };
}
