import type { EventCount } from "../event-query.ts";
import type { Found } from "./facet-scope.ts";
import type { Pause } from "./pauses.ts";
import type { Statements } from "./statements.ts";
import { listingCondition } from "./wanted.ts";

/** A category and a city that an event has something wanted of. */
export interface Kind {
  event: number;
  category: number;
  /** The city's key. */
  city: number;
  /** What all cities of that name have. */
  name: string;
}

/** The kinds of so many events are read together. */
const SLICE = 250;

/** The kinds of the events that were found, as far as they are of what was looked for. */
export async function kindsOf(read: Statements, found: Found, pause: Pause): Promise<Kind[]> {
  const { category, cities, keys } = found;
  const kinds: Kind[] = [];
  for (let n = 0; n < keys.length; n += SLICE) {
    const rows = read.all<Kind>(
      `SELECT k.event, k.category, k.city, c.name_key AS name FROM json_each(:keys) x
       CROSS JOIN event_kinds k INDEXED BY event_kinds_of_event ON k.event = x.value
       CROSS JOIN cities c ON c.key = k.city
       WHERE k.category > 0 AND k.city > 0 AND :category IN (0, k.category)
         AND (:city = 0 OR k.city IN (SELECT value FROM json_each(:cities)))`,
      {
        category,
        city: cities[0] ?? 0,
        cities: JSON.stringify(cities),
        keys: JSON.stringify(keys.slice(n, n + SLICE)),
      },
    );
    for (const [, of] of Map.groupBy(rows, ({ event }) => event)) {
      kinds.push(
        ...(found.isOfKinds || of.length === 1 ? of : of.filter((kind) => isWanted(read, found, kind))),
      );
      await pause();
    }
  }
  return kinds;
}

/** Whether a wanted listing of the event is of the kind. */
const isWanted = (read: Statements, { wanted }: Found, { event, category, city }: Kind): boolean =>
  read.get(
    `SELECT 1 FROM listings l INDEXED BY listings_of_event JOIN texts t ON t.key = l.text
     WHERE l.event = :kind_event AND t.category = :kind_category AND t.place = :kind_city
       AND ${listingCondition(wanted)} LIMIT 1`,
    { ...wanted.values, kind_event: event, kind_category: category, kind_city: city },
  ) !== undefined;

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
  const most = wanted.effort.counted.events;
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
