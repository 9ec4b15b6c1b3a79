import { existsSync } from "node:fs";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { openProjection } from "@ticketing/catalog/projection/projection";
import { createSearch } from "@ticketing/catalog/search/search";
import { OrderBy, TicketFilterSchema } from "@ticketing/proto/catalog/v1/catalog_service";
import { fillProjection, WORDS } from "./made-up-listings.ts";

/**
 * Prints the CPU milliseconds of each question to a projection of so many made-up listings, for events, for their
 * facets, under each order and for one event, alone in this process: `node --conditions=@ticketing/source tests/bench/search-sizes.ts 1000000 <file>`. The
 * file is filled when it is not there.
 */
const [, , count = "1600", file = `search-${count}.db`] = process.argv;
const begin = Date.UTC(2030, 0, 1);
const day = 86_400_000;
const isNew = !existsSync(file);
const projection = openProjection(file, { clock: () => new Date(begin) });
if (isNew) fillProjection(projection, Number(count));
const search = createSearch(projection);

const starts = (from: number, to: number) => ({
  startAfter: timestampFromMs(begin + from * day),
  startBefore: timestampFromMs(begin + to * day),
});
const filters: Record<string, MessageInitShape<typeof TicketFilterSchema>> = {
  all: {},
  category: { category: 2 },
  city: { city: "zuerich" },
  "category, city": { category: 2, city: "oslo" },
  weekend: starts(3, 6),
  "rare word": { query: WORDS.rare },
  "word of 1 %": { query: WORDS.hundredth },
  "commonest word": { query: WORDS.commonest },
  "one letter": { query: "l" },
  "two words": { query: `${WORDS.commonest} foxes` },
  "words that meet rarely": { query: `${WORDS.hundredth} lantern foxes` },
  price: { currency: "GBP", minPrice: 5_000n, maxPrice: 6_000n },
  "word, price": { query: WORDS.commonest, currency: "USD", maxPrice: 1_500n },
  available: { onlyAvailable: true },
  nothing: { query: "qqqq" },
};
const orders = [OrderBy.START_TIME, OrderBy.PRICE, OrderBy.PRICE_DESC, OrderBy.NEWEST];

/** CPU milliseconds of a call. */
async function cost(call: () => Promise<unknown>): Promise<number> {
  const calls = 20;
  await call();
  const before = process.cpuUsage();
  for (let n = 0; n < calls; n++) await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / calls;
}

const line = (name: string, cells: readonly string[]) =>
  process.stdout.write(`${name.padEnd(24)}${cells.map((cell) => cell.padStart(12)).join("")}\n`);
line(`${count} listings`, ["events", "facets", ...orders.map((order) => OrderBy[order])]);
for (const [name, init] of Object.entries(filters)) {
  const query = { filter: create(TicketFilterSchema, init), after: undefined, limit: 20 };
  const costs = [
    await cost(() => search.listEvents(query)),
    await cost(() => search.listFacets(query.filter)),
  ];
  for (const order of orders) costs.push(await cost(() => search.search({ ...query, order })));
  line(
    name,
    costs.map((each) => each.toFixed(2)),
  );
}
const { rows } = await search.listEvents({ filter: undefined, after: undefined, limit: 1 });
line("one event", [(await cost(() => search.describeEvent(rows[0]?._id ?? ""))).toFixed(2)]);
projection.close();
