import type { DatabaseSync } from "node:sqlite";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { OrderBy, TicketFilterSchema } from "@ticketing/proto/catalog/v1/catalog_service";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import type { ListingState } from "../projection/listing-state.ts";
import { eventId } from "../projection/placing.ts";
import { openProjection, type Projection } from "../projection/projection.ts";
import { findFacets } from "./facets.ts";
import { createSearch, type Search } from "./search.ts";
import { createStatements, type Statements } from "./statements.ts";
import type { Effort } from "./wanted.ts";

const begin = Date.UTC(2030, 0, 1);
const hour = 3_600_000;
/** Small, so that some thousand listings are many. */
const effort: Effort = {
  texts: 20,
  facets: { events: 50, rows: 400, ofEvent: 10, texts: 100 },
  candidates: 50,
  slice: { first: 10, largest: 200 },
};
/** Four parts of a filter are counted, and candidates looked at twice; of each event in a slice, some texts and listings. */
const MOST_ROWS = 6 * effort.candidates + 10 * effort.slice.largest;
/** All that the facets of a search look at: the parts of its filter share what they may, and each ends its last slice. */
const MOST_OF_FACETS = 4_000;
const LARGE = 8_000;
const SMALL = 4_000;
const large = { title: "Festival live", venue: "Field", city: "Oslo", start: begin + 5 * hour };

let projection: Projection;
let search: Search;
let read: Statements;
/** How many rows were looked at since the process last did something else, how many at most, and how many in all. */
let [rows, most, all] = [0, 0, 0];

/** Listings of one large event, half of them with texts of their own and some instant, and of many small ones without. */
function listing(n: number): ListingState {
  const ofLarge = n < LARGE;
  const { title, venue, city, start } = ofLarge
    ? large
    : { title: `Night ${n % 400} live`, venue: "Hall", city: "Paris", start: begin + ((n % 40) + 1) * hour };
  return {
    ...{ id: `t${n}`, version: 1, sellerId: "s", sellerName: "Seller", category: 1 + (n % 3) },
    ...{ title: titleOf(n, title), eventTitle: title, venue, city, start },
    seat: { section: "", row: "", number: "" },
    price: { minorUnits: 100 + n, currency: n % 2 ? "EUR" : "USD" },
    storedStatus: TicketStatus.AVAILABLE,
    instant: ofLarge && n % 4 === 1,
    heldUntil: n % 3 === 0 ? begin + hour : null,
    ...{ created: begin - n, updated: begin },
  };
}

function titleOf(n: number, title: string): string {
  if (n < LARGE && n % 2 === 1) return `${title} row ${n}`;
  return n % 7 === 0 ? `${title} seats` : title;
}

beforeAll(() => {
  projection = openProjection(":memory:", { clock: () => new Date(begin) });
  const count = LARGE + SMALL;
  projection.apply({ listings: Array.from({ length: count }, (_, n) => listing(n)) });
  projection.db.function("looked_at", (_key) => {
    rows += 1;
    all += 1;
    return 1;
  });
  const prepare = (sql: string) =>
    projection.db.prepare(
      sql.replaceAll(/\b([letx])\.(for_sale|listed)( = 1| > 0)/g, "looked_at($1.$2) AND $1.$2$3"),
    );
  // Questions prepare their statements and ask for nothing else.
  const counting = { ...projection, db: { prepare } as DatabaseSync };
  search = createSearch(counting, effort);
  read = createStatements(counting);
});
afterAll(() => projection.close());

/** The most rows that are looked at without letting the process do anything else. */
async function mostRows(ask: () => Promise<unknown>): Promise<number> {
  let isOver = false;
  [rows, most, all] = [0, 0, 0];
  const turn = () => {
    most = Math.max(most, rows);
    rows = 0;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  try {
    await ask();
  } finally {
    isOver = true;
  }
  turn();
  return most;
}

const filters: Record<string, MessageInitShape<typeof TicketFilterSchema>> = {
  everything: {},
  "a category": { category: 2 },
  "a city": { city: "oslo" },
  "the commonest word": { query: "live" },
  "a word of few": { query: "night 7" },
  "two words, the second of few": { query: "live 7" },
  "a range of prices": { currency: "USD", minPrice: 3_000n, maxPrice: 3_100n },
  "a price that nothing has": { currency: "EUR", minPrice: 1_000_000n },
  "the last prices": { currency: "EUR", minPrice: 12_000n },
  "what is free": { onlyAvailable: true },
  "what is free of a word and a price": {
    query: "seats",
    currency: "EUR",
    maxPrice: 2_500n,
    onlyAvailable: true,
  },
  "a word that nothing at the price has": { query: "paris", currency: "EUR", maxPrice: 8_000n },
  "an hour": {
    startAfter: timestampFromMs(begin + 5 * hour),
    startBefore: timestampFromMs(begin + 6 * hour),
  },
  "the large event": { eventId: eventId(large) },
  "the large event, by price": { eventId: eventId(large), currency: "USD", minPrice: 900n },
  "the large event, by words of one listing": { eventId: eventId(large), query: "row 7999" },
  "the large event, by a word that it has not": { eventId: eventId(large), query: "paris" },
  "the large event, at prices that it has not": { eventId: eventId(large), minPrice: 1_000_000n },
  "all that narrows": {
    ...{ query: "live", city: "oslo", category: 2, onlyAvailable: true },
    ...{ currency: "USD", minPrice: 7_001n, maxPrice: 7_901n },
  },
  "what is there at once": { onlyInstant: true },
  "what is there at once, of a word": { query: "seats", onlyInstant: true },
  "what is there at once, in a city that has none": { city: "paris", onlyInstant: true },
  "what is there at once and free, at a price": {
    ...{ onlyInstant: true, onlyAvailable: true, currency: "EUR", minPrice: 7_000n },
  },
  "the large event, what is there at once": { eventId: eventId(large), onlyInstant: true },
  nothing: { query: "qqqq" },
};
const orders = [OrderBy.START_TIME, OrderBy.PRICE, OrderBy.PRICE_DESC, OrderBy.NEWEST];

describe("a question to search", () => {
  it.each(Object.keys(filters))(
    "for %s looks at few rows at a time, however many listings there are",
    async (name) => {
      const query = { filter: create(TicketFilterSchema, filters[name]), after: undefined, limit: 20 };
      const asked: Record<string, () => Promise<unknown>> = {
        events: () => search.listEvents(query),
        ...Object.fromEntries(
          orders.map((order) => [OrderBy[order], () => search.search({ ...query, order })]),
        ),
      };
      const over: string[] = [];
      for (const [of, ask] of Object.entries(asked)) {
        const together = await mostRows(ask);
        if (together > MOST_ROWS) over.push(`${of}: ${together}`);
      }
      expect(over).toEqual([]);
    },
  );

  it.each(Object.keys(filters))(
    "for the facets of %s looks at few rows in all, however many listings there are",
    (name) => {
      all = 0;
      findFacets(read, { filter: create(TicketFilterSchema, filters[name]), now: begin, effort });
      expect(all).toBeLessThanOrEqual(MOST_OF_FACETS);
    },
  );

  it("for the facets of a word finds other events, too, where a large one has a thousand texts with it", () => {
    const filter = create(TicketFilterSchema, { query: "live" });
    const { events } = findFacets(read, { filter, now: begin, effort });
    expect(events.count).toBeGreaterThan(20);
    expect(events.atLeast).toBe(true);
  });
});
