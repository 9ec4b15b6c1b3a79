import { tellingWords } from "@ticketing/runtime/text/generic-words";
import type { WantedWord } from "@ticketing/runtime/text/words";
import type { SuggestedNames } from "../projection/suggested.ts";
import type { Typed, TypedTerm } from "./typed.ts";

/** What of the typed words, by their weights, has to be there. */
const LEAST = 0.55;
/** What a word is worth by where it is. */
const WORTH = { titles: 1, venue: 0.95, city: 0.9 } as const;
/** What a word is worth that is typed with so many mistakes. */
const MISTYPED = [1, 0.8, 0.65] as const;
/** A beginning is worth so much, and the more the more of the word is typed. */
const BEGUN = 0.85;
/** How much it counts that nothing but what is typed is in the title. */
const CLOSENESS = 0.2;
/** What a name is worth that begins as what is typed. */
const NAME_BEGUN = 0.9;

/** How well names fit what is typed, from 0 to 1. */
export interface Fit {
  score: number;
  /** Whether a word that tells something is in a title. */
  isOfTitle: boolean;
}

/** Undefined when they do not fit. */
export function fitOf(typed: Typed, names: SuggestedNames): Fit | undefined {
  let [found, foundInTitles, all] = [0, 0, 0];
  for (const term of typed.terms) {
    const inTitles = worthIn(term, names.words.titles) * WORTH.titles;
    const elsewhere = Math.max(
      worthIn(term, names.words.venue) * WORTH.venue,
      worthIn(term, names.words.city) * WORTH.city,
    );
    found += term.weight * Math.max(inTitles, elsewhere);
    if (!term.isGeneric) foundInTitles += term.weight * inTitles;
    all += term.weight;
  }
  const coverage = found / all;
  const begun = beginningOf(typed, names);
  const isContained = names.keys.some((key) => isIn(key, typed.words));
  if (coverage < LEAST && !isContained && begun === undefined) return undefined;
  const closeness = (closenessOf(typed, names.joined.titles) * foundInTitles) / all;
  const score = Math.max(begun ?? 0, (1 - CLOSENESS) * coverage + CLOSENESS * closeness);
  return { score, isOfTitle: foundInTitles > 0 };
}

/** All that tells a title from others is typed, whatever else is: "Coldplay" fits "coldplay music of the spheres". */
const isIn = (key: string, words: ReadonlySet<string>): boolean =>
  tellingWords(key).every((word) => words.has(word));

/** Of the reading that fits best: what its least fitting part is worth among the words. */
function worthIn({ readings, meant }: TypedTerm, words: readonly string[]): number {
  let best = 0;
  for (const parts of readings) {
    const worth = Math.min(...parts.map((part) => worthOf(part, meant, words)));
    best = Math.max(best, worth);
  }
  return best;
}

function worthOf(part: WantedWord, meant: TypedTerm["meant"], words: readonly string[]): number {
  if (words.includes(part.text)) return 1;
  const share = part.prefix
    ? Math.max(0, ...words.map((word) => (word.startsWith(part.text) ? part.text.length / word.length : 0)))
    : 0;
  if (share > 0) return BEGUN + (1 - BEGUN) * share;
  const nearest = meant(part).find(({ word }) => words.includes(word));
  return nearest ? (MISTYPED[nearest.mistakes] ?? 0) : 0;
}

/** What it is worth that a name begins as what is typed; undefined where none does. */
function beginningOf(typed: Typed, { joined }: SuggestedNames): number | undefined {
  const worth = (names: readonly string[], of: number) =>
    Math.max(
      ...names.flatMap((name) =>
        typed.joined.map((text) =>
          name.startsWith(text) ? of * (NAME_BEGUN + (1 - NAME_BEGUN) * (text.length / name.length)) : 0,
        ),
      ),
      0,
    );
  return Math.max(worth(joined.titles, WORTH.titles), worth(joined.venue, WORTH.venue)) || undefined;
}

/** How near the lengths of what is typed and of a title are, where the words are the same. */
const closenessOf = (typed: Typed, titles: readonly string[]): number =>
  Math.max(
    ...titles.flatMap((title) =>
      typed.joined.map((text) => Math.min(title.length, text.length) / Math.max(title.length, text.length)),
    ),
  );
