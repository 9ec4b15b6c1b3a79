import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { FacetReader } from "@ticketing/catalog/search/facet-reader";
import type { Search } from "@ticketing/catalog/search/search";
import { OrderBy, TicketFilterSchema } from "@ticketing/proto/catalog/v1/catalog_service";
import { WORDS } from "./made-up-listings.ts";

const DAY_MS = 86_400_000;
const PAGE = 20;

const orders = [OrderBy.START_TIME, OrderBy.PRICE, OrderBy.PRICE_DESC, OrderBy.NEWEST];

const localDate = (instant: number) => new Date(instant).toISOString().slice(0, "2030-06-01".length);

/** What people look for among made-up listings that begin at `now`, by what narrows it. */
function filters(now: number): Record<string, MessageInitShape<typeof TicketFilterSchema>> {
  const weekend = {
    startAfter: timestampFromMs(now + 3 * DAY_MS),
    startBefore: timestampFromMs(now + 6 * DAY_MS),
  };
  return {
    all: {},
    category: { category: 2 },
    city: { city: "zuerich" },
    "category, city": { category: 2, city: "oslo" },
    weekend,
    "days, category, city": {
      ...{ category: 2, city: "oslo" },
      ...{ dateFrom: localDate(now + 31 * DAY_MS), dateUntil: localDate(now + 58 * DAY_MS) },
    },
    "rare word": { query: WORDS.rare },
    "word of 1 %": { query: WORDS.hundredth },
    "commonest word": { query: WORDS.commonest },
    "one letter": { query: "l" },
    "two words": { query: `${WORDS.commonest} foxes` },
    "words that meet rarely": { query: `${WORDS.hundredth} lantern foxes` },
    price: { currency: "GBP", minPrice: 5_000n, maxPrice: 6_000n },
    "word, price": { query: WORDS.commonest, currency: "USD", maxPrice: 1_500n },
    "word, city, price": {
      ...{ query: WORDS.commonest, city: "oslo", currency: "EUR" },
      ...{ minPrice: 5_000n, maxPrice: 10_000n },
    },
    available: { onlyAvailable: true },
    nothing: { query: "qqqq" },
  };
}

/** A kind of question: a filter, asked for events, facets, or listings in an order. */
export interface Question {
  filter: string;
  /** `events`, `facets`, `one event`, or the order. */
  of: string;
  ask(): Promise<unknown>;
}

/** What questions are asked of. */
export interface Asked {
  search: Search;
  facets: Pick<FacetReader, "listFacets">;
}

/** Every kind of question to a search over made-up listings that begin at `now`, each for its first page. */
export function questionsTo({ search, facets }: Asked, now: number): Question[] {
  const { signal } = new AbortController();
  let id: string | undefined;
  const describe = async () => {
    id ??= (await search.listEvents({ filter: undefined, after: undefined, limit: 1 })).rows[0]?._id;
    await search.describeEvent(id ?? "");
  };
  const ofFilters = Object.entries(filters(now)).flatMap(([filter, init]): Question[] => {
    const query = { filter: create(TicketFilterSchema, init), after: undefined, limit: PAGE };
    return [
      { filter, of: "events", ask: () => search.listEvents(query) },
      { filter, of: "facets", ask: () => facets.listFacets(query.filter, { signal, network: "bench" }) },
      ...orders.map((order) => ({
        ...{ filter, of: OrderBy[order] },
        ask: () => search.search({ ...query, order }),
      })),
    ];
  });
  return [...ofFilters, { filter: "its id", of: "one event", ask: describe }];
}
