import type { TicketFilter } from "@ticketing/proto/catalog/v1/catalog_service";
import { cityTokens } from "../projection/tokens.ts";
import { candidateEvents } from "./candidate-events.ts";
import type { Statements } from "./statements.ts";
import { type Effort, type Wanted, wantedOf } from "./wanted.ts";
import { type Allowance, type Candidate, type FoundEvent, type Look, wantedAmong } from "./wanted-events.ts";

/** What a facet counts the events of. */
export interface Scope {
  wanted: Wanted;
  /** 0 for any. */
  category: number;
  /** The keys of the cities that the filter's one finds; 0 alone for any. */
  cities: readonly number[];
  /** Whether kind and start decide which events match: the filter asks for nothing else. */
  isOfKinds: boolean;
  /** Whether words are looked for. */
  isOfWords: boolean;
}

/** The first events of a filter, up to as many as are counted. */
export interface Found extends Scope {
  events: readonly FoundEvent[];
  /** False when there may be more. */
  isComplete: boolean;
  /** What may still be looked at to tell what these events have. */
  allowance: Allowance;
}

/** A text brings its event and the other texts of that. */
const ROWS_OF_TEXT = 3;
/** This share of the rows is left for what the found events have. */
const FOR_DETAILS = 0.25;

/** Finds the events of a filter by a look at so many rows; undefined when nothing can match. */
export function findScope(
  read: Statements,
  asked: { filter: TicketFilter; now: number; effort: Effort; rows: number },
): Found | undefined {
  const { filter, rows } = asked;
  const isOfWords = filter.query.trim() !== "";
  // Categories and cities are of the kinds of events: texts are looked for by words alone.
  const texts = isOfWords ? Math.min(asked.effort.texts, Math.floor(rows / ROWS_OF_TEXT)) : 0;
  const effort = { ...asked.effort, texts };
  const wanted = wantedOf(read, { ...asked, effort });
  const cities = filter.city === "" ? [0] : citiesOf(read, filter.city);
  if (!wanted || cities.length === 0) return undefined;
  const isOfKinds = !isOfWords && !wanted.event && !wanted.ofListings;
  const scope = { wanted, category: filter.category, cities, isOfKinds, isOfWords };
  const allowance = { rows: rows * (1 - FOR_DETAILS) };
  const { events, isComplete } = firstWanted(read, { scope, allowance });
  allowance.rows += rows * FOR_DETAILS;
  const most = wanted.effort.facets.events;
  return {
    ...{ ...scope, allowance },
    ...{ events: events.slice(0, most), isComplete: isComplete && events.length <= most },
  };
}

const citiesOf = (read: Statements, city: string): number[] =>
  read
    .all<{ city: number }>(
      "SELECT DISTINCT city FROM city_tokens WHERE token IN (SELECT value FROM json_each(:tokens))",
      { tokens: JSON.stringify(cityTokens(city)) },
    )
    .map(({ city }) => city);

/** The wanted events among the candidates, until one more is found than is counted. */
function firstWanted(
  read: Statements,
  { scope, allowance }: { scope: Scope; allowance: Allowance },
): Pick<Found, "events" | "isComplete"> {
  const { wanted, isOfKinds } = scope;
  const most = wanted.effort.facets.events;
  const candidates = candidateEvents(read, scope, allowance);
  const seen = new Set<number>();
  const events: FoundEvent[] = [];
  let isCertain = true;
  for (;;) {
    const slice = candidates.next();
    if (slice.done) return { events, isComplete: isCertain && slice.value };
    if (allowance.rows <= 0 || events.length > most) return { events, isComplete: false };
    // Two cities of the same name have some in common.
    const fresh = slice.value.filter(({ key }) => !seen.has(key));
    for (const { key } of fresh) seen.add(key);
    const look = isOfKinds
      ? allOf(wanted, fresh)
      : wantedAmong(read, wanted, { candidates: fresh, allowance });
    events.push(...look.events);
    isCertain &&= look.isCertain;
  }
}

/** Events that the scope's kinds alone decide on. */
const allOf = ({ text }: Wanted, events: readonly Candidate[]): Look => ({
  events: events.map((event) => ({ ...event, isWhole: text === undefined })),
  isCertain: true,
});
