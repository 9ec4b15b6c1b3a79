import { setImmediate } from "node:timers/promises";
import type { OrderBy, TicketFilter } from "@ticketing/proto/catalog/v1/catalog_service";
import type { EventPage, EventRow } from "../event-query.ts";
import type { Position } from "../page-token.ts";
import type { ProjectionView } from "../projection/view.ts";
import { eventPageOf } from "./event-page.ts";
import { findEvents } from "./event-search.ts";
import { type FoundListing, type FoundRow, foundListing, foundRows } from "./found-listing.ts";
import { findListings } from "./listing-search.ts";
import type { Page } from "./page.ts";
import { createStatements } from "./statements.ts";
import { EFFORT, wantedOf } from "./wanted.ts";

/** What to look for, behind which position, and at most how many rows of it. */
export interface SearchQuery {
  filter: TicketFilter | undefined;
  after: Position | undefined;
  limit: number;
}

/** The questions to the projection. None blocks the process for long, also where it has to look at all listings. */
export interface Search {
  /** The listings for sale that match, in an order. Throws BAD_PAGE_TOKEN for a position that the order has not. */
  search(query: SearchQuery & { order: OrderBy }): Promise<Page<FoundListing>>;
  /** The events of the listings that match, soonest first, with the counts and cheapest prices of these listings. */
  listEvents(query: SearchQuery): Promise<Page<EventRow>>;
  /** The event of that id with what is for sale for it, which may be nothing; undefined when it is not known. */
  describeEvent(id: string): Promise<EventPage | undefined>;
  /** The listings of these ids that are known, whatever their status. */
  findByIds(ids: readonly string[]): FoundListing[];
}

export function createSearch(projection: ProjectionView, effort = EFFORT): Search {
  const read = createStatements(projection);

  /** Counts that are kept are right only once all that is due has passed. */
  async function passAllTime(): Promise<void> {
    for (let due = projection.passTime(); due && (await due); due = projection.passTime())
      await setImmediate();
  }

  return {
    async search({ filter, order, after, limit }) {
      const wanted = wantedOf(read, { filter, now: projection.now(), effort });
      return wanted ? findListings(read, { wanted, order, after, limit }) : { rows: [] };
    },

    async listEvents({ filter, after, limit }) {
      await passAllTime();
      const wanted = wantedOf(read, { filter, now: projection.now(), effort });
      return wanted ? findEvents(read, { wanted, after, limit }) : { rows: [] };
    },

    async describeEvent(id) {
      await passAllTime();
      return eventPageOf(read, id);
    },

    findByIds: (ids) =>
      read
        .all<FoundRow>(
          foundRows("(SELECT l.* FROM json_each(:ids) x CROSS JOIN listings l ON l.id = x.value)"),
          { ids: JSON.stringify(ids) },
        )
        .map(foundListing),
  };
}
