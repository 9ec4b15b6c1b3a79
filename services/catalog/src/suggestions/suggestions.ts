import type { Projection } from "../projection/projection.ts";
import { eventsFrom, type SuggestedNames, VENUES } from "../projection/suggested.ts";
import { createStatements, type Statements } from "../search/statements.ts";
import { type Fit, fitOf } from "./fit.ts";
import { type KnownEvent, type KnownVenue, knownEvents, knownVenues } from "./known.ts";
import { type Matches, matchesIn } from "./match.ts";
import { type Typed, type TypedTerm, typedOf } from "./typed.ts";

/** How many of each question's answers are looked at: the soonest. */
const MOST_LIKELY = 100;
/** How many that have one of the words alone, and of how many words. */
const MOST_OF_ONE_WORD = 50;
const MOST_SINGLE_WORDS = 4;

/** What is typed, and how much of what fits is wanted of each kind. */
export interface SuggestQuery {
  query: string;
  /** Empty: any. */
  city: string;
  limit: number;
}

/** What may be meant by what somebody types. */
export interface Suggestions {
  /** Events ahead and venues, those that fit best first; of events that fit alike, the soonest. */
  suggest(query: SuggestQuery): { events: KnownEvent[]; venues: KnownVenue[] };
}

/** Suggestions from a projection. No question blocks the process for long: few candidates are looked at. */
export function createSuggestions(projection: Projection): Suggestions {
  const read = createStatements(projection.db);
  return {
    suggest({ query, city, limit }) {
      projection.passTime();
      const typed = typedOf(read, query);
      if (!typed) return { events: [], venues: [] };
      const matches = matchesIn({ typed, city });
      const now = projection.now();
      const events = fitting(read, { typed, matches, within: eventsFrom(now), limit, takes: () => true });
      const venues = fitting(read, {
        typed,
        matches,
        within: VENUES,
        limit,
        takes: ({ isOfTitle }) => isOfTitle,
      });
      return { events: knownEvents(read, events, now), venues: knownVenues(read, venues) };
    },
  };
}

interface Wanted {
  typed: Typed;
  matches: Matches;
  /** Between which places. */
  within: { from: number; to: number };
  limit: number;
  takes: (fit: Fit) => boolean;
}

/** The places of what fits, best first. What asks for less is asked only while there is too little. */
function fitting(read: Statements, { typed, matches, within, limit, takes }: Wanted): number[] {
  const looked = new Map<number, number | undefined>();
  const telling = typed.terms.filter(({ isGeneric }) => !isGeneric);
  const single = telling.toSorted((a, b) => b.weight - a.weight).slice(0, MOST_SINGLE_WORDS);
  const questions: (() => [expression: string, most: number][])[] = [
    () => [
      [matches.names(), MOST_LIKELY],
      [matches.all(telling, "whole"), MOST_LIKELY],
      [matches.all(telling, "begun"), MOST_LIKELY],
    ],
    () => [[matches.all(telling, "mistyped"), MOST_LIKELY]],
    () => single.map((term: TypedTerm) => [matches.all([term], "mistyped"), MOST_OF_ONE_WORD]),
  ];
  for (const question of questions) {
    for (const [match, most] of question()) {
      for (const { place, names } of likely(read, { match, most, ...within })) {
        if (looked.has(place)) continue;
        const fit = fitOf(typed, JSON.parse(names) as SuggestedNames);
        looked.set(place, fit && takes(fit) ? Math.round(fit.score * 100) : undefined);
      }
    }
    if (scored(looked).length >= limit) break;
  }
  return scored(looked)
    .sort(([a, one], [b, other]) => other - one || a - b)
    .slice(0, limit)
    .map(([place]) => place);
}

const scored = (looked: ReadonlyMap<number, number | undefined>) =>
  [...looked].flatMap(([place, score]) => (score === undefined ? [] : [[place, score] as const]));

/** The first that a full-text expression finds, by place. */
const likely = (read: Statements, values: { match: string; most: number; from: number; to: number }) =>
  read.all<{ place: number; names: string }>(
    `SELECT s.place, s.names FROM
       (SELECT rowid FROM names WHERE names MATCH :match AND rowid BETWEEN :from AND :to ORDER BY rowid LIMIT :most) n
     CROSS JOIN suggested s ON s.place = n.rowid`,
    values,
  );
