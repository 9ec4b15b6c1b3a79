import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { OrderBy, TicketFilterSchema } from "@ticketing/proto/catalog/v1/catalog_service";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { TicketStateSchema } from "@ticketing/proto/tickets/v1/ticket_events";
import type { Database } from "@ticketing/runtime/documents/database";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import fc from "fast-check";
import { Query } from "mingo";
import { type Listing, listingOf } from "./listing.ts";
import { matching } from "./listing-query.ts";
import { createListingStore, type ListingStore } from "./listing-store.ts";
import type { Position } from "./page-token.ts";

const now = new Date(Date.UTC(2030, 0, 1));
const hour = 3_600_000;
let database: Database;
let store: ListingStore;

interface Draft {
  n: number;
  version: number;
  title: string;
  city: string;
  price: number;
  currency: string;
  starts: number;
  lock: number | null;
  status: TicketStatus;
  category: number;
}

const listing = (draft: Draft): Listing =>
  listingOf(
    create(TicketStateSchema, {
      id: `t${draft.n}`,
      sellerId: "s",
      sellerName: "Seller",
      title: draft.title,
      category: draft.category,
      event: {
        title: draft.title,
        venue: "Hall",
        city: draft.city,
        startTime: timestampFromDate(new Date(now.getTime() + draft.starts * hour)),
      },
      price: { minorUnits: BigInt(draft.price), currency: draft.currency },
      storedStatus: draft.status,
      lockExpireTime:
        draft.lock === null ? undefined : timestampFromDate(new Date(now.getTime() + draft.lock)),
      version: BigInt(draft.version),
      createTime: timestampFromDate(new Date(now.getTime() - draft.n * 1000)),
      updateTime: timestampFromDate(now),
    }),
  );

const draft = fc.record({
  n: fc.integer({ min: 0, max: 60 }),
  version: fc.integer({ min: 1, max: 5 }),
  title: fc.constantFrom(
    ...["Café Jazz", "Jazz Night", "Opera", "Rock the Casbah", "Rocky Horror", "Rock'n'Roll", "Straßenmusik"],
    ...[
      "東京マラソン2026",
      "京都 音楽祭",
      "コンサート",
      "คอนเสิร์ตเพลงรัก",
      "서울재즈페스티벌",
      "𞤀𞤣𞤤𞤢𞤥 Night",
      "𠮷野家",
    ],
  ),
  city: fc.constantFrom("Oslo", "São Paulo", "Zürich", "København", "東京"),
  price: fc.integer({ min: 1, max: 5 }),
  currency: fc.constantFrom("USD", "EUR"),
  starts: fc.integer({ min: -1, max: 3 }),
  lock: fc.constantFrom(null, -1000, 1000),
  status: fc.constantFrom(TicketStatus.AVAILABLE, TicketStatus.AVAILABLE, TicketStatus.SOLD),
  category: fc.integer({ min: 1, max: 2 }),
});
const filter = fc.record({
  query: fc.constantFrom(
    ...["", "jazz", "JAZZ ni", "cafe", "ro", "rock cas", "nothing", "!!", "rocknroll", "rock'n", "STRASSENM"],
    ...["東京", "マラソン", "京", "2026 東京", "รัก", "재즈", "𞤀𞤣", "野家", "𠮷", "zuerich", "성", "서울재ㅈ"],
  ),
  city: fc.constantFrom("", "", "sao paulo", "ZÜRICH", "zuerich", "Kobenhavn"),
  category: fc.constantFrom(0, 0, 1),
  minPrice: fc.constantFrom(0n, 0n, 2n),
  maxPrice: fc.constantFrom(0n, 0n, 4n),
  currency: fc.constantFrom("", "EUR"),
  onlyAvailable: fc.boolean(),
});

beforeAll(async () => {
  database = await openSpecDatabase();
  store = await createListingStore(database.db);
}, 60_000);
afterAll(() => database?.close());

const compare = <T>(a: T, b: T) => (a < b ? -1 : a > b ? 1 : 0);
const byPrice = (direction: number) => (a: Listing, b: Listing) =>
  compare(a.price.currency, b.price.currency) ||
  direction * (a.price.minorUnits - b.price.minorUnits || compare(a._id, b._id));
/** What comes before what, said otherwise than in a query. */
const inOrder: Readonly<Record<OrderBy, (a: Listing, b: Listing) => number>> = {
  [OrderBy.UNSPECIFIED]: () => 0,
  [OrderBy.START_TIME]: (a, b) =>
    a.event.startTime.getTime() - b.event.startTime.getTime() || compare(a._id, b._id),
  [OrderBy.PRICE]: byPrice(1),
  [OrderBy.PRICE_DESC]: byPrice(-1),
  [OrderBy.NEWEST]: (a, b) => b.createTime.getTime() - a.createTime.getTime() || compare(b._id, a._id),
};

/** Every page of a search, one after another. */
async function searchAll(
  wanted: ReturnType<typeof filterOf>,
  order: OrderBy,
  limit: number,
): Promise<Listing[]> {
  const rows: Listing[] = [];
  let after: Position | undefined;
  do {
    const page = await store.search({ filter: wanted, order, after, limit, now });
    rows.push(...page.rows);
    after = page.next;
  } while (after);
  return rows;
}
const filterOf = (init: Parameters<typeof create<typeof TicketFilterSchema>>[1]) =>
  create(TicketFilterSchema, init);

describe("the catalog", () => {
  it("holds the newest state whatever the order of the events, also when they come at once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(draft, { minLength: 1, maxLength: 12 }), async (random) => {
        // Few tickets, so that most have several versions.
        const drafts = random.map((one) => ({ ...one, n: one.n % 3 }));
        await database.db.collection("listings").deleteMany({});
        // Some are stored together, and some meet what is held.
        for (const together of [drafts.slice(0, 6), drafts.slice(6)]) {
          await Promise.all(together.map((one) => store.applyListing(listing(one))));
        }
        for (const { n } of drafts) {
          const newest = Math.max(...drafts.filter((one) => one.n === n).map((one) => one.version));
          const [held] = await store.findByIds([`t${n}`]);
          expect(held?.version).toBe(newest);
        }
      }),
      { numRuns: 15 },
    );
  }, 60_000);

  it("finds by any filter exactly what an independent query engine finds, page by page, each once", async () => {
    const all = new Map(fc.sample(draft, { numRuns: 120, seed: 7 }).map((one) => [one.n, listing(one)]));
    await database.db.collection("listings").deleteMany({});
    await Promise.all([...all.values()].map((one) => store.applyListing(one)));
    await fc.assert(
      fc.asyncProperty(
        filter,
        fc.constantFrom(OrderBy.START_TIME, OrderBy.PRICE, OrderBy.PRICE_DESC, OrderBy.NEWEST),
        fc.integer({ min: 1, max: 7 }),
        async (init, order, limit) => {
          const wanted = filterOf(init);
          const oracle = new Query(matching(wanted, now));
          const expected = [...all.values()].filter((one) => oracle.test({ ...one })).map((one) => one._id);
          const rows = await searchAll(wanted, order, limit);
          expect(rows.map((one) => one._id).sort()).toEqual(expected.sort());
          expect(rows).toEqual(rows.toSorted(inOrder[order]));
          const found = await store.listEvents({ filter: wanted, after: undefined, limit: 100, now });
          const events = new Set(
            [...all.values()].filter((one) => oracle.test({ ...one })).map((one) => one.event.id),
          );
          expect(new Set(found.rows.map((row) => row._id))).toEqual(events);
        },
      ),
      { numRuns: 60 },
    );
  }, 120_000);

  it.each([
    ["Kobenhavn", 3],
    ["kobenhavn oper", 1],
    ["STRASSENMUSIK", 1],
    ["マラソン", 1],
    ["京", 2],
    ["เพลง", 1],
    ["𞤀𞤣", 1],
    ["𞤀", 1],
    ["🎷", 0],
    ["ㅅ", 1],
    ["성", 1],
    ["재즈페ㅅ", 1],
    ["성 재즈", 0],
  ])("finds %s", async (query, count) => {
    const titles = [
      "Opera",
      "Straßenmusik",
      "東京マラソン",
      "京都音楽祭",
      "คอนเสิร์ตเพลงรัก",
      "𞤀𞤣𞤤𞤢𞤥 🎷",
    ].concat("서울 재즈페스티벌");
    await database.db.collection("listings").deleteMany({});
    const status = TicketStatus.AVAILABLE;
    const rest = { version: 1, price: 1, currency: "USD", starts: 1, category: 1, lock: null, status };
    await Promise.all(
      titles.map((title, n) => {
        const city = n < 2 || n === 5 ? "København" : "Oslo";
        return store.applyListing(listing({ ...rest, n, title, city }));
      }),
    );
    expect(await searchAll(filterOf({ query }), OrderBy.START_TIME, 10)).toHaveLength(count);
  });

  it("folds anew what another release folded, once", async () => {
    const status = TicketStatus.AVAILABLE;
    const rest = { version: 2, price: 1, currency: "USD", starts: 1, category: 1, lock: null, status };
    const listed = listing({ ...rest, n: 1, title: "Straßenmusik", city: "København" });
    const { textVersion: _, cityKeys: __, ...old } = listed;
    const collection = database.db.collection<Partial<Listing>>("listings");
    await collection.deleteMany({});
    await collection.insertOne({ ...old, words: ["straßenmusik"], event: { ...old.event, id: "old" } });
    await store.applyListing(listing({ ...rest, n: 2, title: "Jazz", city: "Oslo" }));
    const found = async (init: Parameters<typeof filterOf>[0]) =>
      (await searchAll(filterOf(init), OrderBy.START_TIME, 10)).map(({ _id }) => _id);
    expect(await found({ query: "strassenmusik" })).toEqual([]);
    expect(await store.refold(10)).toBe(1);
    expect(await found({ query: "strassenmusik", city: "koebenhavn", eventId: listed.event.id })).toEqual([
      "t1",
    ]);
    expect(await store.refold(10)).toBe(0);
  });

  it("counts what nobody holds and names the cheapest of it", async () => {
    await database.db.collection("listings").deleteMany({});
    const one = { version: 1, title: "Jazz", city: "Oslo", currency: "USD", starts: 1, category: 1 };
    const free = { ...one, status: TicketStatus.AVAILABLE as TicketStatus };
    await store.applyListing(listing({ ...free, n: 1, price: 3, lock: 1000 }));
    await store.applyListing(listing({ ...free, n: 2, price: 5, lock: null }));
    await store.applyListing(listing({ ...free, n: 3, price: 4, lock: -1000 }));
    const { rows } = await store.listEvents({ filter: undefined, after: undefined, limit: 10, now });
    expect(rows).toMatchObject([{ available: 2, cheapest: [{ currency: "USD", minorUnits: 4 }] }]);
  });
});
