import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { OrderBy, TicketFilterSchema } from "@ticketing/proto/catalog/v1/catalog_service";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { nameKey, spellings } from "@ticketing/runtime/text/fold";
import { termsOf, wordsOf } from "@ticketing/runtime/text/words";
import fc from "fast-check";
import type { EventCount } from "../event-query.ts";
import type { Position } from "../page-token.ts";
import type { ListingState } from "../projection/listing-state.ts";
import { eventId } from "../projection/placing.ts";
import { openProjection, type Projection } from "../projection/projection.ts";
import { findFacets } from "./facets.ts";
import type { Page } from "./page.ts";
import { createSearch, type Search } from "./search.ts";
import { createStatements } from "./statements.ts";
import { EFFORT, type Effort } from "./wanted.ts";

const begin = Date.UTC(2030, 0, 1);
const hour = 3_600_000;
let folder: string;
let files = 0;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "search-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A projection of its own, whose clock the test sets. */
function open(effort?: Effort) {
  const time = { now: begin };
  const projection = openProjection(path.join(folder, `${files++}.db`), {
    clock: () => new Date(time.now),
  });
  return { time, projection, search: createSearch(projection, effort) };
}

const state = (draft: Partial<ListingState> = {}): ListingState => ({
  ...{ id: "t1", version: 1, sellerId: "s", sellerName: "Seller", title: "Jazz Night", category: 1 },
  ...{ eventTitle: "Jazz Night", venue: "Hall", city: "Oslo", start: begin + hour },
  seat: { section: "", row: "", number: "" },
  price: { minorUnits: 500, currency: "EUR" },
  storedStatus: TicketStatus.AVAILABLE,
  instant: false,
  ...{ heldUntil: null, created: begin, updated: begin },
  ...draft,
});

const titles = [
  ...["Café Jazz", "Jazz Night", "Opera", "Rock the Casbah", "Rocky Horror", "Rock'n'Roll", "Straßenmusik"],
  ...["東京マラソン2026", "京都 音楽祭", "คอนเสิร์ตเพลงรัก", "서울재즈페스티벌", "𞤀𞤣𞤤𞤢𞤥 Night", "𠮷野家"],
];
const cities = ["Oslo", "São Paulo", "Zürich", "Zurich", "København", "東京", "St. John's"];

/** Cities whose events may be the same have the same one. */
const zones: Readonly<Record<string, string>> = {
  ...{ Oslo: "Europe/Oslo", "São Paulo": "America/Sao_Paulo", 東京: "Asia/Tokyo" },
  ...{ Zürich: "Pacific/Kiritimati", Zurich: "Pacific/Kiritimati", "St. John's": "America/St_Johns" },
};

/** What many listings have in common. */
const largeEvent = { eventTitle: "Jazz Night", city: "Oslo", starts: 3 };

const draft = fc
  .record({
    n: fc.integer({ min: 0, max: 60 }),
    version: fc.integer({ min: 1, max: 5 }),
    title: fc.constantFrom("", "", "Two seats", "Jazz and more"),
    eventTitle: fc.constantFrom(...titles),
    city: fc.constantFrom(...cities),
    minorUnits: fc.constantFrom(1, 2, 3, 4, 5, 1_999, 2_000, 7_000, 50_000),
    currency: fc.constantFrom("USD", "EUR", "GBP"),
    starts: fc.integer({ min: -1, max: 4 }),
    heldUntil: fc.constantFrom(null, null, begin - 1, begin, begin + 1, begin + hour, begin + 9 * hour),
    storedStatus: fc.constantFrom(TicketStatus.AVAILABLE, TicketStatus.AVAILABLE, TicketStatus.SOLD),
    category: fc.integer({ min: 1, max: 2 }),
    created: fc.integer({ min: 0, max: 9 }),
    section: fc.constantFrom("", "Stalls", "Balcony"),
    instant: fc.boolean(),
    ofLargeEvent: fc.boolean(),
  })
  .map(({ ofLargeEvent, ...each }) => (ofLargeEvent ? { ...each, ...largeEvent } : each))
  .map(({ n, title, eventTitle, minorUnits, currency, starts, created, section, ...rest }) =>
    inZone(
      state({
        ...rest,
        ...{ id: `t${n}`, title: title || eventTitle, eventTitle, start: begin + starts * hour },
        price: { minorUnits, currency },
        created: begin - created * 1000,
        seat: { section, row: "", number: "" },
      }),
    ),
  );

const instant = fc.option(fc.integer({ min: -1, max: 5 }), { freq: 2, nil: undefined });
const date = fc.constantFrom("", "", "", "2029-12-31", "2030-01-01", "2030-01-02");
const filter = fc
  .record({
    query: fc.constantFrom(
      ...[
        "",
        "",
        "",
        "jazz",
        "JAZZ ni",
        "cafe",
        "ro",
        "r",
        "rock cas",
        "nothing",
        "!!",
        "rocknroll",
        "rock'n",
      ],
      ...[
        "STRASSENM",
        "東京",
        "マラソン",
        "京",
        "2026 東京",
        "รัก",
        "재즈",
        "𞤀𞤣",
        "野家",
        "𠮷",
        "성",
        "서울재ㅈ",
      ],
      ...["two jazz", "oslo", "hall", "zuerich", "night oslo hall"],
    ),
    city: fc.constantFrom(
      "",
      "",
      "",
      "sao paulo",
      "ZÜRICH",
      "zuerich",
      "Kobenhavn",
      "st johns",
      "Osl",
      "東京",
    ),
    category: fc.constantFrom(0, 0, 1, 2, 3),
    minPrice: fc.constantFrom(0n, 0n, 0n, 2n),
    maxPrice: fc.constantFrom(0n, 0n, 0n, 4n, 1n),
    currency: fc.constantFrom("", "", "EUR", "JPY"),
    onlyAvailable: fc.boolean(),
    onlyInstant: fc.constantFrom(false, false, true),
    after: instant,
    before: instant,
    dateFrom: date,
    dateUntil: date,
    event: fc.option(fc.nat(), { freq: 5, nil: undefined }),
  })
  .map(({ after, before, event, ...rest }) => ({
    filter: create(TicketFilterSchema, {
      ...rest,
      ...(after !== undefined && { startAfter: timestampFromMs(begin + after * hour) }),
      ...(before !== undefined && { startBefore: timestampFromMs(begin + before * hour) }),
    }),
    event,
  }));
type Filter = ReturnType<typeof create<typeof TicketFilterSchema>>;

const compare = <T>(a: T, b: T) => (a < b ? -1 : a > b ? 1 : 0);
const idByTexts = ({ eventTitle: title, venue, city, start }: ListingState) =>
  eventId({ title, venue, city, start });
const eventIdOf = (listing: ListingState) => listing.known?.id ?? idByTexts(listing);
/** The listing of an event that is known where its city has a time zone. */
function inZone(listing: ListingState): ListingState {
  const timeZone = zones[listing.city];
  if (!timeZone) return listing;
  return {
    ...listing,
    known: { id: `known-${idByTexts(listing)}`, timeZone, cancelled: false, formerStart: null },
  };
}
const isFree = ({ heldUntil }: ListingState, now: number) => heldUntil === null || heldUntil <= now;

/** The date that a calendar at the venue shows when the event begins. */
const dateAt = ({ start, known }: ListingState) =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: known?.timeZone ?? "UTC", dateStyle: "short" }).format(start);

/** Whether a listing matches, said by plain code. */
function matches(listing: ListingState, wanted: Filter, now: number): boolean {
  const words = wordsOf(listing.title, listing.eventTitle, listing.venue, listing.city);
  const terms = termsOf(wanted.query);
  const cityKeys = (city: string) => spellings(city).map(nameKey);
  const has = (word: { text: string; prefix: boolean }) =>
    words.some((each) => (word.prefix ? each.startsWith(word.text) : each === word.text));
  const ms = (time: { seconds: bigint } | undefined) => Number(time?.seconds) * 1000;
  return [
    listing.storedStatus === TicketStatus.AVAILABLE && listing.start > now,
    wanted.query.trim() === "" || terms.length > 0,
    terms.every((term) => term.some((reading) => reading.every(has))),
    wanted.city === "" || cityKeys(wanted.city).some((key) => cityKeys(listing.city).includes(key)),
    wanted.category === 0 || wanted.category === listing.category,
    wanted.currency === "" || wanted.currency === listing.price.currency,
    wanted.minPrice === 0n || listing.price.minorUnits >= wanted.minPrice,
    wanted.maxPrice === 0n || listing.price.minorUnits <= wanted.maxPrice,
    !wanted.startAfter || listing.start >= ms(wanted.startAfter),
    !wanted.startBefore || listing.start < ms(wanted.startBefore),
    wanted.dateFrom === "" || dateAt(listing) >= wanted.dateFrom,
    wanted.dateUntil === "" || dateAt(listing) <= wanted.dateUntil,
    wanted.eventId === "" || wanted.eventId === eventIdOf(listing),
    !wanted.onlyAvailable || isFree(listing, now),
    !wanted.onlyInstant || listing.instant,
  ].every(Boolean);
}

const byPrice = (direction: number) => (a: ListingState, b: ListingState) =>
  compare(a.price.currency, b.price.currency) ||
  direction * (a.price.minorUnits - b.price.minorUnits || compare(a.id, b.id));
const byStart = (a: ListingState, b: ListingState) => a.start - b.start || compare(a.id, b.id);
const inOrder: Readonly<Record<OrderBy, (a: ListingState, b: ListingState) => number>> = {
  [OrderBy.UNSPECIFIED]: byStart,
  [OrderBy.START_TIME]: byStart,
  [OrderBy.PRICE]: byPrice(1),
  [OrderBy.PRICE_DESC]: byPrice(-1),
  [OrderBy.NEWEST]: (a, b) => b.created - a.created || compare(b.id, a.id),
};

/** The events of these listings, soonest first, with their counts. */
const eventsOf = (listings: readonly ListingState[], now: number) =>
  [...Map.groupBy(listings, eventIdOf)]
    .map(([id, of]) => {
      const free = of.filter((each) => isFree(each, now));
      const prices = Map.groupBy(free, ({ price }) => price.currency);
      return {
        id,
        start: Number(of[0]?.start),
        available: free.length,
        firstLockEnd: free.length > 0 ? null : Math.min(...of.map(({ heldUntil }) => Number(heldUntil))),
        cheapest: [...prices]
          .map(
            ([currency, priced]) => `${currency} ${Math.min(...priced.map(({ price }) => price.minorUnits))}`,
          )
          .sort(),
      };
    })
    .sort((a, b) => a.start - b.start || compare(a.id, b.id));

/** The newest state of each listing. */
const newestOf = (states: readonly ListingState[]) => {
  const newest = new Map<string, ListingState>();
  for (const each of states)
    if (each.version > (newest.get(each.id)?.version ?? 0)) newest.set(each.id, each);
  return [...newest.values()];
};

/** Every page, one after another. */
async function pages<T>(page: (after: Position | undefined) => Promise<Page<T>>): Promise<T[]> {
  const rows: T[] = [];
  let after: Position | undefined;
  do {
    const found = await page(after);
    rows.push(...found.rows);
    after = found.next;
  } while (after);
  return rows;
}

/** Compares every page of a search, of its listings and its events, with what plain code finds. */
async function expectFound(
  { search, now }: { search: Search; now: number },
  states: readonly ListingState[],
  asked: { filter: Filter; order: OrderBy; limit: number },
): Promise<void> {
  const { filter: wanted, order, limit } = asked;
  const expected = states.filter((each) => matches(each, wanted, now)).sort(inOrder[order]);
  const listings = await pages((after) => search.search({ filter: wanted, order, after, limit }));
  expect(listings.map(({ _id }) => _id)).toEqual(expected.map(({ id }) => id));
  const events = await pages((after) => search.listEvents({ filter: wanted, after, limit }));
  const summaries = events.map(({ _id: id, event, available, cheapest, firstLockEnd }) => ({
    ...{ id, start: event.startTime.getTime(), available, firstLockEnd: firstLockEnd?.getTime() ?? null },
    cheapest: cheapest.flatMap(({ currency, minorUnits }) =>
      minorUnits === null ? [] : [`${currency} ${minorUnits}`],
    ),
  }));
  expect(summaries).toEqual(eventsOf(expected, now));
  for (const { _id, category, event } of events) {
    const said = [category, event.title, event.venue, event.city];
    const ofListings = expected.filter((each) => eventIdOf(each) === _id);
    const texts = ofListings.map((each) => [each.category, each.eventTitle, each.venue, each.city]);
    expect(texts).toContainEqual(said);
  }
}

/** How many events a filter finds of each category, city and price, said by plain code. */
function facetsOf(states: readonly ListingState[], wanted: Filter, now: number) {
  const find = (part: Partial<Filter>) => states.filter((each) => matches(each, { ...wanted, ...part }, now));
  const countEvents = (of: readonly ListingState[]) => new Set(of.map(eventIdOf)).size;
  const grouped = (part: Partial<Filter>, nameOf: (listing: ListingState) => string) =>
    new Map([...Map.groupBy(find(part), nameOf)].map(([name, of]) => [name, countEvents(of)]));
  const bandOf = ({ price }: ListingState) => {
    const [min = 0, max = 1] = [
      [2_000, 5_000, 10_000, 20_000, 50_000].findLast((bound) => bound <= price.minorUnits),
      [2_000, 5_000, 10_000, 20_000, 50_000].find((bound) => bound > price.minorUnits),
    ];
    return `${price.currency} ${min}-${max - 1}`;
  };
  return {
    events: new Map([["all", countEvents(find({}))]]),
    categories: grouped({ category: 0 }, ({ category }) => `${category}`),
    cities: grouped({ city: "" }, ({ city }) => nameKey(city)),
    prices: grouped({ minPrice: 0n, maxPrice: 0n }, bandOf),
  };
}

/** Compares the facets of a search with what plain code counts. */
function expectFacets(
  { projection, now, effort }: { projection: Projection; now: number; effort: Effort },
  states: readonly ListingState[],
  wanted: Filter,
): void {
  while (projection.passTime());
  const found = findFacets(createStatements(projection), { filter: wanted, now, effort });
  const expected = facetsOf(states, wanted, now);
  const named = {
    events: [["all", found.events]],
    categories: found.categories.map((facet) => [`${facet.category}`, facet]),
    cities: found.cities.map((facet) => [nameKey(facet.city), facet]),
    prices: found.prices.map((facet) => [`${facet.currency} ${facet.min}-${facet.max}`, facet]),
  } satisfies Record<string, (string | EventCount)[][]>;
  const most = effort.facets.events;
  const isOfKinds =
    [wanted.query, wanted.currency, wanted.eventId].every((text) => text === "") &&
    wanted.minPrice + wanted.maxPrice === 0n &&
    !wanted.onlyAvailable &&
    !wanted.onlyInstant;
  for (const [facet, counts] of Object.entries(named)) {
    const all = expected[facet as keyof typeof expected];
    const given = new Map(counts as [string, EventCount][]);
    for (const [name, { count, atLeast }] of given) {
      const real = all.get(name) ?? 0;
      if (atLeast) expect(count).toBeLessThanOrEqual(real);
      else expect([facet, name, count]).toEqual([facet, name, real]);
    }
    const isExact = most === EFFORT.facets.events || (isOfKinds && /categories|cities/.test(facet));
    if (!isExact) continue;
    const kept = [...all].filter(([, count]) => count > 0 || facet === "events");
    expect(new Map([...given].map(([name, { count }]) => [name, count]))).toEqual(
      new Map(kept.map(([name, count]) => [name, Math.min(count, most)])),
    );
    for (const [name, { atLeast }] of given) {
      if (!isOfKinds) expect(atLeast).toBe(false);
      else if (atLeast) expect(all.get(name)).toBeGreaterThan(most - 1);
    }
  }
}

const anyOrder = fc.constantFrom(
  ...[OrderBy.START_TIME, OrderBy.PRICE, OrderBy.PRICE_DESC, OrderBy.NEWEST, OrderBy.UNSPECIFIED],
);

describe("search", () => {
  it.each([
    ["in one go", EFFORT],
    [
      "by texts that are too many, and walks",
      {
        ...{ texts: 0, candidates: 0, slice: { first: 1, largest: 4 } },
        facets: { events: 3, rows: 40, ofEvent: 2, texts: 4 },
      },
    ],
    ["by either", { ...EFFORT, texts: 2, candidates: 6, slice: { first: 3, largest: 3 } }],
  ])(
    "finds by any filter exactly what plain code finds, page by page, as time passes, %s",
    async (_, effort) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(draft, { minLength: 1, maxLength: 120 }),
          fc.array(fc.tuple(filter, anyOrder, fc.integer({ min: 1, max: 7 }), fc.nat({ max: 2 * hour })), {
            minLength: 20,
            maxLength: 40,
          }),
          async (states, questions) => {
            const { time, projection, search } = open(effort);
            projection.apply({ listings: states });
            const newest = newestOf(states);
            for (const [{ filter: wanted, event }, order, limit, later] of questions) {
              const of = event === undefined ? undefined : newest[event % newest.length];
              if (of) wanted.eventId = eventIdOf(of);
              time.now = Math.max(time.now, begin + later);
              await expectFound({ search, now: time.now }, newest, { filter: wanted, order, limit });
              expectFacets({ projection, now: time.now, effort }, newest, wanted);
            }
            projection.close();
          },
        ),
        { numRuns: 12, endOnFailure: true },
      );
    },
    120_000,
  );

  it("counts the prices of instant tickets without those of the event's others", () => {
    const { projection } = open();
    const other = state({ id: "t2", price: { minorUnits: 7_000, currency: "EUR" } });
    projection.apply({ listings: [state({ instant: true }), other] });
    const filter = create(TicketFilterSchema, { onlyInstant: true });
    const { prices } = findFacets(createStatements(projection), { filter, now: begin, effort: EFFORT });
    expect(prices).toEqual([{ currency: "EUR", min: 0, max: 1_999, count: 1, atLeast: false }]);
  });

  it("gives listings by their ids whatever their status, with the names that their sellers carry today", () => {
    const { projection, search } = open();
    const sold = state({ id: "t2", storedStatus: TicketStatus.SOLD, sellerId: "other", start: begin });
    projection.apply({
      listings: [state(), sold],
      sellers: [{ id: "s", version: 1, displayName: "New Name" }],
    });
    const found = search.findByIds(["t1", "t2", "t3"]);
    expect(found.map(({ _id, sellerName }) => [_id, sellerName])).toEqual([
      ["t1", "New Name"],
      ["t2", "Seller"],
    ]);
  });
});
