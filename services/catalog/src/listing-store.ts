import type { OrderBy, TicketFilter } from "@ticketing/proto/catalog/v1/catalog_service";
import type { Db } from "mongodb";
import { type EventRow, findEvents } from "./event-query.ts";
import { type Listing, TEXT_VERSION, textsOf } from "./listing.ts";
import { matching, pageOf } from "./listing-query.ts";
import { byIdAndVersion, createNewestRows } from "./newest-rows.ts";
import type { Position } from "./page-token.ts";

/** So much later search may find a change. */
const GATHER_MS = 100;

/** The sellers' names as they last announced them. */
export interface SellerName {
  _id: string;
  version: number;
  displayName: string;
}

/** A page and where it ended; `next` is absent on the last one. */
export interface Page<T> {
  rows: T[];
  next?: Position;
}

export interface SearchQuery {
  filter: TicketFilter | undefined;
  after: Position | undefined;
  limit: number;
  now: Date;
}

/** The read model behind search: rebuilt at any time from the streams TICKETS and USERS. */
export type ListingStore = Awaited<ReturnType<typeof createListingStore>>;

export async function createListingStore(db: Db) {
  const listings = db.collection<Listing>("listings");
  const sellers = db.collection<SellerName>("sellers");
  await sellers.createIndex(byIdAndVersion);
  await listings.createIndexes([
    { key: byIdAndVersion },
    { key: { storedStatus: 1, "event.startTime": 1, _id: 1 } },
    { key: { storedStatus: 1, "price.currency": 1, "price.minorUnits": 1, _id: 1 } },
    { key: { storedStatus: 1, "price.currency": 1, "price.minorUnits": -1, _id: -1 } },
    { key: { storedStatus: 1, createTime: -1, _id: -1 } },
    { key: { words: 1 } },
    { key: { cityKeys: 1, "event.startTime": 1 } },
    { key: { textVersion: 1 } },
    { key: { "event.id": 1 } },
  ]);

  /** Listings with the names that their sellers carry today. */
  async function withSellerNames(rows: Listing[]): Promise<Listing[]> {
    const known = await sellers
      .find({ _id: { $in: [...new Set(rows.map((row) => row.sellerId))] } })
      .toArray();
    const names = new Map(known.map((seller) => [seller._id, seller.displayName]));
    return rows.map((row) => ({ ...row, sellerName: names.get(row.sellerId) ?? row.sellerName }));
  }

  return {
    listings,

    /** Takes a state unless one as new is held already; gives whether it was taken. */
    applyListing: createNewestRows(listings, { gatherMs: GATHER_MS }),

    /** Takes a seller's name unless a newer one is held already. */
    applySeller: createNewestRows(sellers, { gatherMs: GATHER_MS }),

    /**
     * Folds listings that were written by the rules of another release, at most `limit`; returns how many it found.
     * A state that arrives meanwhile is folded already, or found by the next call.
     */
    async refold(limit: number): Promise<number> {
      const outdated = await listings
        .find({ textVersion: { $ne: TEXT_VERSION } })
        .limit(limit)
        .toArray();
      for (const { _id, version, title, event } of outdated) {
        await listings.updateOne({ _id, version }, { $set: textsOf({ title, event }) });
      }
      return outdated.length;
    },

    async findByIds(ids: string[]): Promise<Listing[]> {
      return withSellerNames(await listings.find({ _id: { $in: ids } }).toArray());
    },

    async search(query: SearchQuery & { order: OrderBy }): Promise<Page<Listing>> {
      const { sort, rest, positionOf } = pageOf(query.order, query.after);
      const found = await listings
        .find({ $and: [matching(query.filter, query.now), rest] })
        .sort(sort)
        .limit(query.limit + 1)
        .toArray();
      const page = cut(found, query.limit, positionOf);
      return { ...page, rows: await withSellerNames(page.rows) };
    },

    async listEvents(query: SearchQuery): Promise<Page<EventRow>> {
      const match = matching(query.filter, query.now);
      const found = await findEvents(listings, { ...query, match, limit: query.limit + 1 });
      return cut(found, query.limit, (row) => ({ key: row.event.startTime.getTime(), id: row._id }));
    },
  };
}

/** One row more than asked for was read: whether it is there says whether there is another page. */
function cut<T>(found: T[], limit: number, positionOf: (last: T) => Position): Page<T> {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return found.length > limit && last ? { rows, next: positionOf(last) } : { rows };
}
