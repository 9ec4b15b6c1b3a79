import type { EventCount } from "../event-query.ts";
import { detailsOf } from "./event-details.ts";
import type { Found } from "./facet-scope.ts";
import type { Statements } from "./statements.ts";

/** A category and a city that an event has something wanted of. */
export interface Kind {
  event: number;
  category: number;
  /** The city's key. */
  city: number;
  /** What all cities of that name have. */
  name: string;
}

/** The kinds of events that were found; `isCertain` is false when they may have others. */
export interface Kinds {
  kinds: Kind[];
  isCertain: boolean;
}

/** The kinds of the events that were found, as far as they are of what was looked for. */
export function kindsOf(read: Statements, found: Found): Kinds {
  const { isOfKinds, events } = found;
  const byKey = new Map(events.map((event) => [event.key, event]));
  const kinds: Kind[] = [];
  let isCertain = true;
  for (const [key, of] of Map.groupBy(listedKinds(read, found), ({ event }) => event)) {
    const event = byKey.get(key);
    if (isOfKinds || of.length === 1 || !event) {
      kinds.push(...of);
      continue;
    }
    const { details, isCertain: isAll } = detailsOf(read, found, event);
    const isWanted = (kind: Kind) =>
      details.some(({ category, city }) => category === kind.category && city === kind.city);
    kinds.push(...of.filter(isWanted));
    isCertain &&= isAll;
  }
  return { kinds, isCertain };
}

/** The kinds of events with something for sale, as far as they are of the scope's category and cities. */
const listedKinds = (read: Statements, { category, cities, events }: Found): Kind[] =>
  read.all<Kind>(
    `SELECT k.event, k.category, k.city, c.name_key AS name FROM json_each(:keys) x
     CROSS JOIN event_kinds k INDEXED BY event_kinds_of_event ON k.event = x.value
     CROSS JOIN cities c ON c.key = k.city
     WHERE k.category > 0 AND k.city > 0 AND :category IN (0, k.category)
       AND (:city = 0 OR k.city IN (SELECT value FROM json_each(:cities)))`,
    {
      category,
      city: cities[0] ?? 0,
      cities: JSON.stringify(cities),
      keys: JSON.stringify(events.map(({ key }) => key)),
    },
  );

/** The events of each value that kinds have. */
export function eventsBy<T>(kinds: readonly Kind[], propertyOf: (kind: Kind) => T): Map<T, Set<number>> {
  const events = new Map<T, Set<number>>();
  for (const kind of kinds) {
    const value = propertyOf(kind);
    const known = events.get(value);
    if (known) known.add(kind.event);
    else events.set(value, new Set([kind.event]));
  }
  return events;
}

/** How many events between the wanted starts are of a category, or any (0), and of one of some cities, or any (0). */
export function countKinds(
  read: Statements,
  { wanted }: Found,
  { category, cities }: { category: number; cities: readonly number[] },
): EventCount {
  const most = wanted.effort.facets.events;
  const [events, isThere] =
    cities.length === 1
      ? ["event", "city = :city"]
      : ["DISTINCT event", "city IN (SELECT value FROM json_each(:cities))"];
  const row = read.get<{ count: number }>(
    `SELECT count(*) AS count FROM (SELECT ${events} FROM event_kinds
     WHERE category = :category AND ${isThere} AND start >= :from AND start < :to AND ${wanted.day ?? "1"} LIMIT :most + 1)`,
    {
      ...{ ...wanted.values, category, city: cities[0] ?? 0, cities: JSON.stringify(cities), most },
      ...{ from: wanted.starts.from, to: wanted.starts.to },
    },
  );
  const count = row?.count ?? 0;
  return { count: Math.min(count, most), atLeast: count > most };
}
