import type { OrderBy } from "@ticketing/proto/catalog/v1/catalog_service";
import type { Position } from "../page-token.ts";
import { candidatesOf } from "./candidates.ts";
import { type FoundListing, type FoundRow, foundListing, foundRows } from "./found-listing.ts";
import { type Order, orders, sortOf } from "./orders.ts";
import { cut, type Page } from "./page.ts";
import type { Statements, Values } from "./statements.ts";
import { type Place, walk } from "./walk.ts";
import { listingCondition, type Wanted } from "./wanted.ts";

/**
 * The wanted listings in an order: a page of at most `limit` behind a position. Where a part of the filter leaves few, these are
 * sorted; else the order's index is walked.
 */
export async function findListings(
  read: Statements,
  query: { wanted: Wanted; order: OrderBy; after: Position | undefined; limit: number },
): Promise<Page<FoundListing>> {
  const { wanted, after } = query;
  const limit = query.limit + 1;
  const order = orders[query.order];
  const candidates = candidatesOf(read, wanted, order.index);
  const rows = candidates
    ? sorted(read, { wanted, order, after, limit, candidates })
    : await walked(read, { wanted, order, after, limit });
  return cut(rows.map(foundListing), query.limit, (last) => positionIn(query.order, last));
}

function positionIn(orderBy: OrderBy, listing: FoundListing): Position {
  const { key, byCurrency } = orders[orderBy];
  const keys = {
    start: listing.event.startTime.getTime(),
    price: listing.price.minorUnits,
    created: listing.createTime.getTime(),
  };
  return { ...(byCurrency && { currency: listing.price.currency }), key: keys[key], id: listing._id };
}

interface Query {
  wanted: Wanted;
  order: Order;
  after: Position | undefined;
  limit: number;
}

/** Sorts all candidates. */
function sorted(read: Statements, query: Query & { candidates: string }): FoundRow[] {
  const { wanted, order, after, limit, candidates } = query;
  const behind = order.direction === 1 ? ">" : "<";
  const past = `(l.${order.key}, l.id) ${behind} (:after_key, :after_id)`;
  const rest = order.byCurrency
    ? `(l.currency > :after_currency OR (l.currency = :after_currency AND ${past}))`
    : past;
  const inner = `(SELECT l.* FROM ${candidates} AND ${listingCondition(wanted)}${after ? ` AND ${rest}` : ""}
    ORDER BY ${sortOf(order, "l")} LIMIT :limit)`;
  const position = after && {
    after_key: after.key,
    after_id: after.id,
    after_currency: after.currency ?? "",
  };
  return read.all(`${foundRows(inner)} ORDER BY ${sortOf(order, "l")}`, {
    ...wanted.values,
    ...position,
    limit,
  });
}

/** Walks the order's index, one currency after another where the order goes by it. */
async function walked(read: Statements, query: Query): Promise<FoundRow[]> {
  const { wanted, order, after, limit } = query;
  if (!order.byCurrency) return walkPart(read, query, { within: "", values: {}, after });
  const found: FoundRow[] = [];
  const first = after?.currency ?? "";
  for (
    let currency = wanted.currency || currencyFrom(read, first, ">=");
    currency && found.length < limit;
    currency = wanted.currency ? undefined : currencyFrom(read, currency, ">")
  ) {
    if (currency < first) break;
    const part = {
      within: "AND l.currency = :part",
      values: { part: currency },
      after: currency === after?.currency ? after : undefined,
    };
    found.push(...(await walkPart(read, { ...query, limit: limit - found.length }, part)));
  }
  return found;
}

const currencyFrom = (read: Statements, currency: string, beyond: ">" | ">="): string | undefined =>
  read.get<{ currency: string }>(
    `SELECT currency FROM listings INDEXED BY listings_by_price
     WHERE for_sale = 1 AND currency ${beyond} :currency ORDER BY currency LIMIT 1`,
    { currency },
  )?.currency;

function walkPart(
  read: Statements,
  { wanted, order, limit }: Query,
  part: { within: string; values: Values; after: Place | undefined },
): Promise<FoundRow[]> {
  const bounds = order.bounds(wanted);
  // No id is empty: these are before all rows of that key.
  const ends = { from: { key: bounds.from, id: "" }, to: { key: bounds.to, id: "" } };
  if (part.after) ends[order.direction === 1 ? "from" : "to"] = part.after;
  const sort = sortOf(order, "l");
  const { slice: size } = wanted.effort;
  return walk<FoundRow>(
    read,
    {
      rows: `listings l INDEXED BY ${order.index}`,
      within: `l.for_sale = 1 ${part.within}`,
      order: { key: `l.${order.key}`, id: "l.id" },
      direction: order.direction,
      // The index has a listing's text, so whether that is one of a few is told at once.
      size: wanted.fewTexts ? { ...size, first: Math.min(10 * size.first, size.largest) } : size,
      ...ends,
      values: { ...wanted.values, ...part.values },
      find: (slice, values, most) => {
        const inner = `(SELECT l.* FROM listings l INDEXED BY ${order.index}
          WHERE ${slice} AND ${listingCondition(wanted)} ORDER BY ${sort} LIMIT :limit)`;
        return read.all(`${foundRows(inner)} ORDER BY ${sort}`, { ...values, limit: most });
      },
    },
    limit,
  );
}
