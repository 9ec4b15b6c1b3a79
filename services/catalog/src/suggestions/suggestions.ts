import { eventsFrom, type SuggestedNames, VENUES } from "../projection/suggested.ts";
import type { ProjectionView } from "../projection/view.ts";
import { createStatements, type Statements } from "../search/statements.ts";
import { type Fit, fitOf } from "./fit.ts";
import { type KnownEvent, type KnownVenue, knownEvents, knownVenues } from "./known.ts";
import { type Matches, matchesIn } from "./match.ts";
import { type Typed, type TypedTerm, typedOf } from "./typed.ts";

/** How many of each question's answers are looked at: the soonest. */
const MOST_LIKELY = 60;
/** How many that have one of the words alone. */
const MOST_OF_ONE_WORD = 30;
const SHORTEST_BEGINNING = 3;
const PRECISE_WORDS = 3;

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
export function createSuggestions(projection: ProjectionView): Suggestions {
  const read = createStatements(projection);
  return {
    suggest({ query, city, limit }) {
      const typed = typedOf(read, query);
      if (!typed) return { events: [], venues: [] };
      const matches = matchesIn({ typed, city });
      const now = projection.now();
      const events = fitting(read, {
        ...{ typed, limit, enough: isPrecise(typed) ? 1 : limit, within: eventsFrom(now) },
        questions: questionsForEvents(typed, matches),
        takes: () => true,
      });
      const venues = fitting(read, {
        ...{ typed, limit, enough: 1, within: VENUES },
        questions: questionsForVenues(typed, matches),
        takes: ({ isOfTitle }) => isOfTitle,
      });
      return { events: knownEvents(read, events, now), venues: knownVenues(read, venues) };
    },
  };
}

/** With so many words, what has them all is what is meant: others are not looked for. */
const isPrecise = ({ terms }: Typed): boolean => tellingOf(terms).length >= PRECISE_WORDS;

/** Full-text expressions, and how many of their answers are looked at. */
type Question = () => (readonly [expression: string, most: number])[];

interface Wanted {
  typed: Typed;
  /** What asks for less is asked only while there is not enough. */
  questions: readonly Question[];
  enough: number;
  /** Between which places. */
  within: { from: number; to: number };
  limit: number;
  takes: (fit: Fit) => boolean;
}

/** The places of what fits, best first. */
function fitting(read: Statements, { typed, questions, enough, within, limit, takes }: Wanted): number[] {
  const scores = new Map<number, number>();
  const looked = new Set<number>();
  const asked = new Set<string>();
  for (const question of questions) {
    for (const [match, most] of question()) {
      if (asked.has(match)) continue;
      asked.add(match);
      const places = likely(read, { match, most, ...within }).filter((place) => !looked.has(place));
      for (const { place, names } of namesOf(read, places)) {
        looked.add(place);
        const fit = fitOf(typed, JSON.parse(names) as SuggestedNames);
        if (fit && takes(fit)) scores.set(place, Math.round(fit.score * 100));
      }
    }
    if (scores.size >= enough) break;
  }
  return [...scores]
    .sort(([a, one], [b, other]) => other - one || a - b)
    .slice(0, limit)
    .map(([place]) => place);
}

/** From what is as typed to one word alone: of what is found by few letters, the whole words come first. */
function questionsForEvents({ terms }: Typed, matches: Matches): Question[] {
  const telling = tellingOf(terms);
  return [
    () => [
      [matches.names("whole"), MOST_LIKELY],
      [matches.names("begun"), MOST_LIKELY],
      [matches.all(telling, "whole"), MOST_LIKELY],
      [matches.all(telling, "begun"), MOST_LIKELY],
    ],
    () => [[matches.all(telling, "mistyped"), MOST_LIKELY]],
    () => alone(telling, 4, matches),
  ];
}

/** Venues are fewer, and have no order in which many that fit would hide one that fits better. */
function questionsForVenues({ terms }: Typed, matches: Matches): Question[] {
  const telling = tellingOf(terms);
  return [
    () => [
      [matches.names("begun"), MOST_LIKELY],
      [matches.all(telling, "begun"), MOST_LIKELY],
    ],
    () => [[matches.all(telling, "mistyped"), MOST_LIKELY]],
    () => alone(telling, 3, matches),
  ];
}

const tellingOf = (terms: readonly TypedTerm[]) => terms.filter(({ isGeneric }) => !isGeneric);

/** The words that tell most, each alone; of a letter or two, as they are: they begin too much. */
function alone(terms: readonly TypedTerm[], most: number, matches: Matches) {
  const rarest = terms.toSorted((a, b) => b.weight - a.weight).slice(0, most);
  return rarest.map((term) => {
    const isShort = term.readings.every(([part]) => (part?.text.length ?? 0) < SHORTEST_BEGINNING);
    return [matches.all([term], isShort ? "whole" : "mistyped"), MOST_OF_ONE_WORD] as const;
  });
}

/** The first places that a full-text expression finds. */
const likely = (read: Statements, values: { match: string; most: number; from: number; to: number }) =>
  read
    .all<{ rowid: number }>(
      "SELECT rowid FROM names WHERE names MATCH :match AND rowid BETWEEN :from AND :to ORDER BY rowid LIMIT :most",
      values,
    )
    .map(({ rowid }) => rowid);

const namesOf = (read: Statements, places: readonly number[]) =>
  read.all<{ place: number; names: string }>(
    "SELECT s.place, s.names FROM json_each(:places) x CROSS JOIN suggested s ON s.place = x.value",
    { places: JSON.stringify(places) },
  );
