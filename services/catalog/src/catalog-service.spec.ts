import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { createValidator } from "@bufbuild/protovalidate";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  CatalogService,
  OrderBy,
  SearchTicketsRequestSchema,
  type TicketFilterSchema,
} from "@ticketing/proto/catalog/v1/catalog_service";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { newSecretKey, secretKeys } from "@ticketing/runtime/process/secret-keys";
import { type PublicServer, startPublicServer } from "@ticketing/runtime/serving/public-server";
import { clientOf } from "@ticketing/runtime/testing/calls";
import { h2cRequest } from "@ticketing/runtime/testing/h2c-request";
import { silent, testConfig } from "@ticketing/runtime/testing/service";
import { createCatalogService } from "./catalog-service.ts";
import { createListingFeed } from "./listing-feed.ts";
import { createPageTokens } from "./page-token.ts";
import type { ListingState } from "./projection/listing-state.ts";
import { eventId } from "./projection/placing.ts";
import { openProjection, type Projection } from "./projection/projection.ts";
import { type FacetReader, openFacetReader } from "./search/facet-reader.ts";
import { createSearch } from "./search/search.ts";
import { createSuggestions } from "./suggestions/suggestions.ts";

const now = new Date(Date.UTC(2030, 0, 1));
const clock = () => now;
let folder: string;
let projection: Projection;
let facets: FacetReader;
let catalog: ReturnType<typeof clientOf<typeof CatalogService>>;
let server: PublicServer;

const listing = (id: string, price: ListingState["price"]): ListingState => ({
  ...{ id, version: 1, sellerId: "s", sellerName: "Seller", title: "Jazz", category: 1 },
  ...{ eventTitle: "Jazz", venue: "Hall", city: "Oslo", start: now.getTime() + 3_600_000 },
  seat: { section: "", row: "", number: "" },
  price,
  storedStatus: TicketStatus.AVAILABLE,
  instant: false,
  ...{ heldUntil: null, created: now.getTime(), updated: now.getTime() },
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "catalog-"));
  const file = join(folder, "search.db");
  projection = openProjection(file, { clock });
  facets = openFacetReader(projection, { file, log: silent });
  const search = createSearch(projection);
  const service = createCatalogService({
    projection,
    search,
    facets,
    suggestions: createSuggestions(projection),
    feed: createListingFeed(search.findByIds),
    pageTokens: createPageTokens(secretKeys.parse(newSecretKey())),
    clock,
  });
  catalog = clientOf(CatalogService, service, "nobody");
  server = await startPublicServer({
    config: testConfig(),
    log: silent,
    routes: (router) => router.service(CatalogService, service),
    http: {},
  });
  const prices = [
    ["USD", 10],
    ["EUR", 30],
    ["GBP", 20],
    ["USD", 40],
    ["EUR", 5],
    ["GBP", 50],
  ] as const;
  const listings = prices.map(([currency, minorUnits], n) => listing(`t${n}`, { minorUnits, currency }));
  projection.apply({ listings });
}, 60_000);
afterAll(async () => {
  await server?.drain(1_000);
  await facets?.close();
  projection?.close();
  rmSync(folder, { recursive: true });
});

/** All pages of a search, as "currency amount". */
async function search(orderBy: OrderBy, pageSize: number): Promise<string[]> {
  const found: string[] = [];
  let pageToken = "";
  do {
    const page = await catalog.searchTickets({ orderBy, pageSize, pageToken });
    found.push(
      ...page.tickets.map(({ ticket }) => `${ticket?.price?.currency} ${ticket?.price?.minorUnits}`),
    );
    pageToken = page.nextPageToken;
  } while (pageToken);
  return found;
}

describe("the number of suggestions", () => {
  it("is 8 where none is asked for, and 20 at most", async () => {
    const names = { title: "Jazz", aliases: [], category: 1, venueId: "v", venue: "Hall", city: "Oslo" };
    const times = { start: now.getTime() + 1, end: now.getTime() + 2, created: 0, updated: 0 };
    const place = { country: "NO", timeZone: "Europe/Oslo", status: 1, mergedInto: "" };
    const events = Array.from({ length: 30 }, (_, n) => ({
      id: `e${n}`,
      version: 1,
      ...names,
      ...times,
      ...place,
    }));
    projection.apply({ events });
    const count = async (pageSize: number) =>
      (await catalog.suggestEvents({ query: "jazz", pageSize })).events.length;
    expect([await count(0), await count(3), await count(20), await count(21)]).toEqual([8, 3, 20, 20]);
  });
});

describe("tickets by price", () => {
  it.each([1, 2, 4, 100])("never compare amounts of different currencies, %d to a page", async (size) => {
    const rising = ["EUR 5", "EUR 30", "GBP 20", "GBP 50", "USD 10", "USD 40"];
    expect(await search(OrderBy.PRICE, size)).toEqual(rising);
    const falling = ["EUR 30", "EUR 5", "GBP 50", "GBP 20", "USD 40", "USD 10"];
    expect(await search(OrderBy.PRICE_DESC, size)).toEqual(falling);
  });
});

describe("a page token", () => {
  const tokenOf = async (request: MessageInitShape<typeof SearchTicketsRequestSchema>) =>
    (await catalog.searchTickets({ ...request, pageSize: 1 })).nextPageToken;
  const useOf = (request: MessageInitShape<typeof SearchTicketsRequestSchema>) =>
    catalog.searchTickets(request).then(() => "taken", reasonOf);

  it("is good for the search that gave it out, in that order, and for no other", async () => {
    const [pageToken, orderBy] = [await tokenOf({ orderBy: OrderBy.PRICE }), OrderBy.PRICE];
    expect(await useOf({ pageToken, orderBy })).toBe("taken");
    for (const other of [OrderBy.START_TIME, OrderBy.PRICE_DESC, OrderBy.NEWEST, OrderBy.UNSPECIFIED]) {
      expect(await useOf({ pageToken, orderBy: other })).toBe("BAD_PAGE_TOKEN");
    }
    expect(await useOf({ pageToken, orderBy, filter: { query: "jazz" } })).toBe("BAD_PAGE_TOKEN");
    expect(await catalog.listEvents({ pageToken }).then(() => "taken", reasonOf)).toBe("BAD_PAGE_TOKEN");
  });

  it("of the order that is the default is one of no order", async () => {
    expect(await useOf({ pageToken: await tokenOf({}), orderBy: OrderBy.START_TIME })).toBe("taken");
    expect(await useOf({ pageToken: await tokenOf({ orderBy: OrderBy.START_TIME }) })).toBe("taken");
  });

  it("is refused with any character changed, without its signature, and with more behind it", async () => {
    const token = await tokenOf({});
    const changed = [...token].map(
      (old, n) => token.slice(0, n) + (old === "A" ? "B" : "A") + token.slice(n + 1),
    );
    const content = Buffer.from(token, "base64url").subarray(32);
    const made = [
      ...changed,
      content.toString("base64url"),
      `${token}A`,
      `${token}=`,
      ` ${token}`,
      "{}",
      "e30",
    ];
    for (const pageToken of made) expect(await useOf({ pageToken })).toBe("BAD_PAGE_TOKEN");
    expect(await useOf({ pageToken: token })).toBe("taken");
  });
});

describe("facets", () => {
  it("say how many events have which category, city and price band", async () => {
    const one = { count: 1, atLeast: false };
    const open = { minPrice: 0n, maxPrice: 1_999n, events: one };
    const expected = {
      events: one,
      categories: [{ category: 1, events: one }],
      cities: [{ city: "Oslo", events: one }],
      prices: ["EUR", "GBP", "USD"].map((currency) => ({ currency, ...open })),
    };
    expect(await catalog.listFacets({})).toMatchObject(expected);
    const elsewhere = await catalog.listFacets({ filter: { city: "Lagos", category: 2 } });
    expect(elsewhere).toMatchObject({ events: { count: 0 }, categories: [], cities: [], prices: [] });
  });
});

describe("an event's page", () => {
  const event = { title: "Jazz", venue: "Hall", city: "Oslo", start: now.getTime() + 3_600_000 };

  it("has what is available of it", async () => {
    const answer = await catalog.describeEvent({ eventId: eventId(event) });
    expect(answer.event).toMatchObject({ id: eventId(event), availableCount: 6, event: { title: "Jazz" } });
    expect(answer.event?.firstLockEndTime).toBeUndefined();
    const { sections, moreSections, priceHistograms } = answer;
    expect(sections).toMatchObject([{ section: "", availableCount: 6 }]);
    expect(moreSections).toBe(false);
    expect(priceHistograms.map(({ currency }) => currency)).toEqual(["EUR", "GBP", "USD"]);
    const [euros] = priceHistograms;
    expect(euros?.bands.at(0)).toMatchObject({ fromPrice: 5n, availableCount: 1 });
    expect(euros?.bands.at(-1)).toMatchObject({ belowPrice: 34n, availableCount: 1 });
  });

  it("is refused for an event that nobody listed a ticket of", async () => {
    expect(await catalog.describeEvent({ eventId: "nothing" }).catch(reasonOf)).toBe("EVENT_NOT_FOUND");
  });

  it("says when the first lock ends while everything is held", async () => {
    const start = now.getTime() + 7_200_000;
    const held = (id: string, minutes: number) => ({
      ...listing(id, { minorUnits: 10, currency: "USD" }),
      ...{ start, heldUntil: now.getTime() + minutes * 60_000 },
    });
    projection.apply({ listings: [held("held1", 9), held("held2", 4)] });
    const [eventPage, { events }] = await Promise.all([
      catalog.describeEvent({ eventId: eventId({ ...event, start }) }),
      catalog.listEvents({}),
    ]);
    const end = timestampFromMs(now.getTime() + 4 * 60_000);
    expect(eventPage.event).toMatchObject({ availableCount: 0, firstLockEndTime: end });
    expect(events.map(({ firstLockEndTime }) => firstLockEndTime)).toEqual([undefined, end]);
    const sold = (id: string) => ({ ...held(id, 0), version: 2, storedStatus: TicketStatus.SOLD });
    projection.apply({ listings: [sold("held1"), sold("held2")] });
  });
});

describe("a cache on the way", () => {
  /** What the answer to a call over HTTP says of caching: cache-control and vary. */
  async function saidOf(
    method: "SearchTickets" | "ListEvents" | "ListFacets" | "DescribeEvent",
    message: object,
    headers: object = {},
  ) {
    const path = `/${CatalogService.typeName}/${method}`;
    const query = `?connect=v1&encoding=json&message=${encodeURIComponent(JSON.stringify(message))}`;
    const answer = await h2cRequest(
      `http://127.0.0.1:${server.port}`,
      { ":method": "GET", ":path": `${path}${query}`, ...headers },
      JSON.stringify(message),
    );
    return [answer.status, answer.headers["cache-control"], answer.headers.vary];
  }

  it.each(["SearchTickets", "ListEvents"] as const)(
    "may keep the first page of %s for five seconds, for whoever has no session",
    async (method) => {
      const policy = "public, max-age=2, stale-while-revalidate=3";
      const kept = [200, policy, "authorization, cookie, accept-encoding"];
      expect(await saidOf(method, {})).toEqual(kept);
      expect(await saidOf(method, { filter: { query: "jazz" }, pageSize: 2 })).toEqual(kept);
    },
  );

  it.each([
    ["a call with a session", {}, { cookie: "session-8080=x" }],
    ["a call with a cookie of any name", {}, { cookie: "seen=1" }],
    ["a call that is no GET", {}, { ":method": "POST", "content-type": "application/json" }],
  ])("is told nothing by %s", async (_, message, headers) => {
    expect(await saidOf("SearchTickets", message, headers)).toEqual([200, undefined, undefined]);
    expect(await saidOf("ListEvents", message, headers)).toEqual([200, undefined, undefined]);
  });

  it("is told nothing by a call of somebody who has seen a ticket", async () => {
    const ticketId = randomUUID();
    const sold = {
      ...listing(ticketId, { minorUnits: 10, currency: "USD" }),
      storedStatus: TicketStatus.SOLD,
    };
    projection.apply({ listings: [sold] });
    const message = { seen: { ticketId, minVersion: "1" } };
    expect(await saidOf("SearchTickets", message)).toEqual([200, undefined, undefined]);
    expect(await saidOf("ListEvents", message)).toEqual([200, undefined, undefined]);
  });

  it("may keep facets and an event's page likewise", async () => {
    const id = eventId({ title: "Jazz", venue: "Hall", city: "Oslo", start: now.getTime() + 3_600_000 });
    const policy = "public, max-age=2, stale-while-revalidate=3";
    const kept = [200, policy, "authorization, cookie, accept-encoding"];
    expect(await saidOf("DescribeEvent", { eventId: id })).toEqual(kept);
    expect(await saidOf("ListFacets", {})).toEqual(kept);
    const cookie = { cookie: "session-8080=x" };
    expect(await saidOf("DescribeEvent", { eventId: id }, cookie)).toEqual([200, undefined, undefined]);
    expect(await saidOf("DescribeEvent", { eventId: "nothing" })).toEqual([404, undefined, undefined]);
  });

  it("is told nothing by a later page", async () => {
    const { nextPageToken: pageToken } = await catalog.searchTickets({ pageSize: 1 });
    expect(await saidOf("SearchTickets", { pageToken })).toEqual([200, undefined, undefined]);
  });

  it.each([
    ["a page token of nothing", { pageToken: "x" }, {}, 400],
    ["a filter that is refused", { filter: { minPrice: 1 } }, {}, 400],
    ["a token that is none", {}, { authorization: "Bearer x" }, 401],
  ])("keeps no error: %s", async (_, message, headers, status) => {
    expect(await saidOf("SearchTickets", message, headers)).toEqual([status, undefined, undefined]);
  });
});

describe("the contract of a search", () => {
  const validator = createValidator();
  const broken = (filter: MessageInitShape<typeof TicketFilterSchema>) => {
    const request = create(SearchTicketsRequestSchema, { filter });
    return (validator.validate(SearchTicketsRequestSchema, request).violations ?? []).map(
      ({ ruleId }) => ruleId,
    );
  };

  it.each([{ minPrice: 1n }, { maxPrice: 1n }, { minPrice: 1n, maxPrice: 2n }])(
    "refuses a price range without a currency: %#",
    (range) => {
      expect(broken(range)).toEqual(["price_range.currency"]);
      expect(broken({ ...range, currency: "EUR" })).toEqual([]);
    },
  );
  it("takes a currency without a range, and none at all", () => {
    expect([broken({}), broken({ currency: "GBP" }), broken({ minPrice: 0n })]).toEqual([[], [], []]);
  });
  it.each(["usd", "US", "EURO", "€", "U$D"])("refuses %s as a currency", (currency) => {
    expect(broken({ currency })).toEqual(["string.pattern"]);
  });
});
