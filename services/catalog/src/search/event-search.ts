import type { EventRow } from "../event-query.ts";
import type { Position } from "../page-token.ts";
import { candidatesOf } from "./candidates.ts";
import { EVENT_COLUMNS, type EventKey } from "./event-row.ts";
import { summariesOf } from "./event-summary.ts";
import { cut, type Page } from "./page.ts";
import type { Statements } from "./statements.ts";
import { walk } from "./walk.ts";
import { listingCondition, offersIndex, type Wanted } from "./wanted.ts";

/** The events of the wanted listings, soonest first: a page of at most `limit` behind a position. */
export async function findEvents(
  read: Statements,
  query: { wanted: Wanted; after: Position | undefined; limit: number },
): Promise<Page<EventRow>> {
  const found = await eventsOf(read, { ...query, limit: query.limit + 1 });
  const page = cut(found, query.limit, ({ start, id }) => ({ key: start, id }));
  // A large event may have nothing that is wanted, or its last one was sold a moment ago: the page is shorter then.
  return { ...page, rows: await summariesOf(read, query.wanted, page.rows) };
}

function eventsOf(
  read: Statements,
  query: { wanted: Wanted; after: Position | undefined; limit: number },
): Promise<EventKey[]> {
  const { wanted, after, limit } = query;
  const { from, to } = wanted.starts;
  const ends = { from: after ?? { key: from, id: "" }, to: { key: to, id: "" } };
  const few = fewEvents(read, wanted);
  const sort = "ORDER BY e.start, e.id LIMIT :limit";
  if (few) {
    return Promise.resolve(
      read.all<EventKey>(
        `SELECT ${EVENT_COLUMNS} FROM events e
         WHERE e.listed > 0 AND e.key IN (${few}) AND ${mayBeWanted(wanted)}
           AND (e.start, e.id) > (:from_key, :from_id) AND (e.start, e.id) < (:to_key, '') ${sort}`,
        { ...wanted.values, from_key: ends.from.key, from_id: ends.from.id, to_key: to, limit },
      ),
    );
  }
  return walk<EventKey>(
    read,
    {
      rows: "events e INDEXED BY events_upcoming",
      within: "e.listed > 0",
      order: { key: "e.start", id: "e.id" },
      direction: 1,
      size: wanted.effort.slice,
      ...ends,
      values: wanted.values,
      find: (slice, values, most) =>
        read.all(
          `SELECT ${EVENT_COLUMNS} FROM events e INDEXED BY events_upcoming
           WHERE ${slice} AND ${mayBeWanted(wanted)} ${sort}`,
          { ...values, limit: most },
        ),
    },
    limit,
  );
}

/** The keys, as SQL, of the events that the most selective part of a filter leaves, when they are few. */
function fewEvents(read: Statements, wanted: Wanted): string | undefined {
  if (wanted.event) return ":event";
  if (wanted.fewTexts) {
    return "SELECT t.event FROM json_each(:texts) x CROSS JOIN texts t ON t.key = x.value";
  }
  const candidates = candidatesOf(read, wanted, "listings_by_start");
  return candidates && `SELECT l.event FROM ${candidates} AND ${listingCondition(wanted)}`;
}

/** Whether an event is to be summed up: a large one may have many listings before the first that is wanted. */
const mayBeWanted = (wanted: Wanted): string =>
  `${dayIn(wanted)} AND (e.listed > ${wanted.effort.slice.largest} OR (${wantedEvent(wanted)}))`;

/** What the day of an event `e` has to fulfil. */
export const dayIn = ({ day }: Wanted): string => (day ? `e.${day}` : "1");

/** Whether an event `e` has a wanted listing. */
function wantedEvent(wanted: Wanted): string {
  const { text } = wanted;
  const conditions = [dayIn(wanted), wanted.offers.condition];
  if (text && (wanted.event || !wanted.fewTexts)) {
    conditions.push(
      `EXISTS (SELECT 1 FROM texts x WHERE x.event = e.key AND x.listed > 0 AND ${wanted.textRow})`,
    );
  }
  if (wanted.ofListings && (text || !wanted.offers.isExact)) {
    conditions.push(
      `EXISTS (SELECT 1 FROM listings l INDEXED BY ${offersIndex(wanted).index}
         WHERE l.event = e.key AND ${listingCondition(wanted)})`,
    );
  }
  return conditions.join(" AND ");
}
