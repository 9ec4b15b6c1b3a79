import type { TicketFilter } from "@ticketing/proto/catalog/v1/catalog_service";
import { cityTokens } from "../projection/tokens.ts";
import { fewEvents, wantedEvent } from "./event-search.ts";
import type { Pause } from "./pauses.ts";
import type { Statements } from "./statements.ts";
import { type Effort, type Wanted, wantedOf } from "./wanted.ts";

/** What a facet counts the events of. */
interface Scope {
  wanted: Wanted;
  /** 0 for any. */
  category: number;
  /** The keys of the cities that the filter's one finds; 0 alone for any. */
  cities: readonly number[];
  /** Whether kind and start decide which events match: the filter asks for nothing else. */
  isOfKinds: boolean;
}

/** The first events of a filter, up to as many as are counted. */
export interface Found extends Scope {
  keys: readonly number[];
  /** False when there may be more. */
  isComplete: boolean;
}

/** So many events are looked at together. */
const SLICE = 500;

/** Finds the events of a filter; undefined when nothing can match. */
export async function findScope(
  read: Statements,
  asked: { filter: TicketFilter; now: number; effort: Effort },
  pause: Pause,
): Promise<Found | undefined> {
  const { filter } = asked;
  const wanted = wantedOf(read, asked);
  const cities = filter.city === "" ? [0] : citiesOf(read, filter.city);
  if (!wanted || cities.length === 0) return undefined;
  const isOfKinds = filter.query === "" && !wanted.event && !wanted.ofListings;
  const scope = { wanted, category: filter.category, cities, isOfKinds };
  const few = isOfKinds ? undefined : fewEvents(read, wanted);
  const { keys, isComplete } = few
    ? { keys: eventsAmong(read, scope, few), isComplete: true }
    : await walkKinds(read, scope, pause);
  const most = wanted.effort.counted.events;
  return { ...scope, keys: keys.slice(0, most), isComplete: isComplete && keys.length <= most };
}

const citiesOf = (read: Statements, city: string): number[] =>
  read
    .all<{ city: number }>(
      "SELECT DISTINCT city FROM city_tokens WHERE token IN (SELECT value FROM json_each(:tokens))",
      { tokens: JSON.stringify(cityTokens(city)) },
    )
    .map(({ city }) => city);

/** The events of the scope among few, which SQL names. */
const eventsAmong = (read: Statements, { wanted }: Scope, few: string): number[] =>
  keysOf(
    read.all(
      `SELECT e.key FROM events e WHERE e.listed > 0 AND e.key IN (${few}) AND ${wantedEvent(wanted)}
         AND e.start >= :starts_from AND e.start < :starts_to ORDER BY e.start, e.key LIMIT :most`,
      {
        ...{ starts_from: wanted.starts.from, starts_to: wanted.starts.to },
        ...{ ...wanted.values, most: wanted.effort.counted.events + 1 },
      },
    ),
  );

interface KindRow {
  event: number;
  start: number;
}

/** The events of the scope along its kinds, by start in each city. */
async function walkKinds(read: Statements, scope: Scope, pause: Pause) {
  const { wanted, isOfKinds } = scope;
  const { events, looked } = wanted.effort.counted;
  const found = new Set<number>();
  let left = looked;
  for (const city of scope.cities) {
    let from: KindRow = { start: wanted.starts.from, event: 0 };
    for (let isEnd = false; !isEnd && left > 0 && found.size <= events; ) {
      const size = Math.min(left, SLICE);
      const kinds = kindsFrom(read, scope, { city, from, size });
      const keys = isOfKinds ? kinds.map(({ event }) => event) : matching(read, wanted, kinds);
      for (const key of keys) found.add(key);
      left -= kinds.length;
      isEnd = kinds.length < size;
      from = kinds.at(-1) ?? from;
      await pause();
    }
  }
  return { keys: [...found], isComplete: left > 0 };
}

/** Events of the scope's category and one of its cities, the next `size` behind a place. */
const kindsFrom = (
  read: Statements,
  { wanted, category }: Scope,
  { city, from, size }: { city: number; from: KindRow; size: number },
): KindRow[] =>
  read.all<KindRow>(
    `SELECT event, start FROM event_kinds WHERE category = :category AND city = :city
       AND (start, event) > (:from_start, :from_event) AND start < :to AND ${wanted.day ?? "1"}
     ORDER BY start, event LIMIT :size`,
    {
      ...wanted.values,
      category,
      city,
      size,
      from_start: from.start,
      from_event: from.event,
      to: wanted.starts.to,
    },
  );

/** Which of some events match all of the filter. */
const matching = (read: Statements, wanted: Wanted, kinds: readonly KindRow[]): number[] =>
  keysOf(
    read.all(
      `SELECT e.key FROM json_each(:kinds) x CROSS JOIN events e ON e.key = x.value
       WHERE e.listed > 0 AND ${wantedEvent(wanted)}`,
      { ...wanted.values, kinds: JSON.stringify(kinds.map(({ event }) => event)) },
    ),
  );

const keysOf = (rows: readonly { key: number }[]): number[] => rows.map(({ key }) => key);
