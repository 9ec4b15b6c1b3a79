import { candidatesOf } from "./candidates.ts";
import type { Scope } from "./facet-scope.ts";
import type { Statements } from "./statements.ts";
import type { Wanted } from "./wanted.ts";
import type { Allowance, Candidate } from "./wanted-events.ts";

/** So many events are looked at together. */
const SLICE = 100;

/**
 * Events in slices: all that a scope may want, or if it ends with false, the first of these. What it looks at is taken
 * off the allowance.
 */
export function* candidateEvents(
  read: Statements,
  scope: Scope,
  allowance: Allowance,
): Generator<Candidate[], boolean> {
  const { wanted, isOfKinds } = scope;
  if (isOfKinds) return yield* eventsOfKinds(read, scope, allowance);
  if (wanted.fewTexts) return yield* slicesOf(eventsOfTexts(read, wanted));
  if (wanted.event) return yield* slicesOf([wanted.event]);
  const few = candidatesOf(read, wanted, "listings_by_start");
  if (few) return yield* slicesOf(read.all(`SELECT DISTINCT l.event AS key FROM ${few}`, wanted.values));
  // Of what begins soon few may have the word; and all of the first texts may be of one event.
  if (scope.isOfWords && wanted.starts.to === Number.MAX_SAFE_INTEGER)
    yield* slicesOf(firstEventsOfTexts(read, wanted, allowance));
  return yield* eventsOfKinds(read, scope, allowance);
}

function* slicesOf(
  events: readonly { key: number; texts?: readonly number[] }[],
): Generator<Candidate[], true> {
  for (let n = 0; n < events.length; n += SLICE)
    yield events.slice(n, n + SLICE).map(({ key, texts = [] }) => ({ key, texts }));
  return true;
}

/** The events of the wanted texts, which are few. */
function eventsOfTexts(read: Statements, { values, event }: Wanted): Candidate[] {
  const texts = read.all<{ key: number; event: number }>(
    `SELECT t.key, t.event FROM json_each(:texts) y CROSS JOIN texts t ON t.key = y.value
     ${event ? "WHERE t.event = :event" : ""}`,
    values,
  );
  return [...Map.groupBy(texts, (text) => text.event)].map(([key, of]) => ({
    key,
    texts: of.map((text) => text.key),
  }));
}

/** The events of the first wanted texts. */
function firstEventsOfTexts(
  read: Statements,
  { values, effort }: Wanted,
  allowance: Allowance,
): { key: number }[] {
  const most = Math.min(effort.facets.texts, Math.floor(allowance.rows / 3));
  allowance.rows -= Math.ceil(most / 2);
  return read.all(
    `SELECT DISTINCT t.event AS key
     FROM (SELECT rowid FROM words WHERE words MATCH :match LIMIT :most) y CROSS JOIN texts t ON t.key = y.rowid`,
    { ...values, most },
  );
}

interface KindRow {
  event: number;
  start: number;
}

/** The events of a scope's kinds, by start in each city. */
function* eventsOfKinds(read: Statements, scope: Scope, allowance: Allowance): Generator<Candidate[], true> {
  for (const city of scope.cities) {
    let from: KindRow = { start: scope.wanted.starts.from, event: 0 };
    for (let isEnd = false; !isEnd; ) {
      const kinds = kindsFrom(read, scope, { city, from });
      allowance.rows -= kinds.length;
      if (kinds.length > 0) yield kinds.map(({ event }) => ({ key: event, texts: [] }));
      isEnd = kinds.length < SLICE;
      from = kinds.at(-1) ?? from;
    }
  }
  return true;
}

/** Events of the scope's category and one of its cities, the next behind a place. */
const kindsFrom = (
  read: Statements,
  { wanted, category }: Scope,
  { city, from }: { city: number; from: KindRow },
): KindRow[] =>
  read.all<KindRow>(
    `SELECT event, start FROM event_kinds WHERE category = :category AND city = :city
       AND (start, event) > (:from_start, :from_event) AND start < :to AND ${wanted.day ?? "1"}
     ORDER BY start, event LIMIT :size`,
    {
      ...{ ...wanted.values, category, city, size: SLICE },
      ...{ from_start: from.start, from_event: from.event, to: wanted.starts.to },
    },
  );
