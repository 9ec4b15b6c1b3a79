import { create } from "@bufbuild/protobuf";
import { type TicketFilter, TicketFilterSchema } from "@ticketing/proto/catalog/v1/catalog_service";
import { Category } from "@ticketing/proto/tickets/v1/ticket";
import type { EventCount, Facets } from "../event-query.ts";
import { type Found, findScope } from "./facet-scope.ts";
import { countKinds, eventsBy, type Kinds, kindsOf } from "./kinds.ts";
import { pricesOf } from "./price-facets.ts";
import type { Statements } from "./statements.ts";
import type { Effort } from "./wanted.ts";

/** The cities with most events that are given. */
const MOST_CITIES = 20;
/** So many are counted to find these: of the cities seen most among the first events, and of the largest ones. */
const CANDIDATES = 30;
/** A further scope costs more than its rows: its words are looked up, too. */
const FURTHER_SCOPE = 1.25;
const CATEGORIES = Object.values(Category).filter((value): value is Category => Number(value) > 0);

/** How many events of a filter are of which category, city and price: of each without the filter's own one. */
export function findFacets(
  read: Statements,
  asked: { filter: TicketFilter | undefined; now: number; effort: Effort },
): Facets {
  const filter = asked.filter ?? create(TicketFilterSchema);
  const hasPrices = filter.minPrice > 0n || filter.maxPrice > 0n;
  const scopes = 1 + Number(filter.category !== 0) + Number(filter.city !== "") + Number(hasPrices);
  const rows = Math.floor(asked.effort.facets.rows / (1 + (scopes - 1) * FURTHER_SCOPE));
  const find = (part: Partial<TicketFilter>) =>
    findScope(read, { ...asked, rows, filter: { ...filter, ...part } });
  const whole = find({});
  const ofCategories = filter.category === 0 ? whole : find({ category: 0 });
  const ofCities = filter.city === "" ? whole : find({ city: "" });
  const ofPrices = hasPrices ? find({ minPrice: 0n, maxPrice: 0n }) : whole;
  const known = new Map<Found, Kinds>();
  const kindsIn = (found: Found) => {
    const kinds = known.get(found) ?? kindsOf(read, found);
    known.set(found, kinds);
    return kinds;
  };
  const counting = { read, kindsIn };
  return {
    events: whole ? countOf(whole.events.length, whole.isComplete) : { count: 0, atLeast: false },
    categories: ofCategories ? categoriesOf(counting, ofCategories) : [],
    cities: ofCities ? citiesOf(counting, ofCities) : [],
    prices: ofPrices ? pricesOf(read, ofPrices) : [],
  };
}

/** What is needed to count the events that were found. */
interface Counting {
  read: Statements;
  /** The kinds of these events, which are looked up once. */
  kindsIn(found: Found): Kinds;
}

const countOf = (count: number, isComplete: boolean): EventCount => ({ count, atLeast: !isComplete });

function categoriesOf({ read, kindsIn }: Counting, found: Found): Facets["categories"] {
  if (found.isComplete || !found.isOfKinds) {
    const { kinds, isCertain } = kindsIn(found);
    return [...eventsBy(kinds, ({ category }) => category)]
      .map(([category, { size }]) => ({ category, ...countOf(size, found.isComplete && isCertain) }))
      .sort((a, b) => a.category - b.category);
  }
  const counted: Facets["categories"] = [];
  for (const category of CATEGORIES) {
    const events = countKinds(read, found, { category, cities: found.cities });
    if (events.count > 0) counted.push({ category, ...events });
  }
  return counted;
}

/** The cities that differ by more than case, accents and punctuation. */
function citiesOf({ read, kindsIn }: Counting, found: Found): Facets["cities"] {
  const { kinds, isCertain } = kindsIn(found);
  const seen = [...eventsBy(kinds, ({ name }) => name)]
    .map(([name, { size }]) => ({ name, size }))
    .sort((a, b) => b.size - a.size || (a.name < b.name ? -1 : 1));
  const cities: Facets["cities"] = [];
  if (found.isComplete || !found.isOfKinds) {
    for (const { name, size } of seen.slice(0, MOST_CITIES))
      cities.push({ city: spellingOf(read, name).city, ...countOf(size, found.isComplete && isCertain) });
    return cities;
  }
  const names = [...seen.slice(0, CANDIDATES), ...largestCities(read)].map(({ name }) => name);
  for (const name of new Set(names)) {
    const { city, keys } = spellingOf(read, name);
    const count = countKinds(read, found, { category: found.category, cities: keys });
    if (count.count > 0) cities.push({ city, ...count });
  }
  return cities.sort((a, b) => b.count - a.count || (a.city < b.city ? -1 : 1)).slice(0, MOST_CITIES);
}

const largestCities = (read: Statements): { name: string }[] =>
  read.all<{ name: string }>(
    "SELECT name_key AS name FROM cities INDEXED BY cities_by_events WHERE listed > 0 ORDER BY listed DESC LIMIT :most",
    { most: CANDIDATES },
  );

/** The rows of a city, and its spelling in the one that has most events. */
function spellingOf(read: Statements, name: string): { city: string; keys: number[] } {
  const rows = read.all<{ key: number; name: string }>(
    "SELECT key, name FROM cities WHERE name_key = :name ORDER BY listed DESC, key",
    { name },
  );
  return { city: rows[0]?.name ?? name, keys: rows.map(({ key }) => key) };
}
