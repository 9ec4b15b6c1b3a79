import { nameKey } from "@ticketing/runtime/text/fold";
import { beginsGeneric, isGeneric } from "@ticketing/runtime/text/generic-words";
import { inDictionaryWords, type Term, termsOf, type WantedWord } from "@ticketing/runtime/text/words";
import { joinedNames } from "../projection/tokens.ts";
import type { Statements } from "../search/statements.ts";
import { countOf, type MeantWord, meantBy } from "./vocabulary.ts";

/** A word that is typed, in each way to read it: of one of them, each part has to be there. */
export interface TypedTerm {
  readings: Term;
  /** How much it tells, above 0 and at most 1: a rare word more than a common one. */
  weight: number;
  /** Whether it tells nothing beside the others. */
  isGeneric: boolean;
  /** What may have been meant by a part that is typed with mistakes. */
  meant(part: WantedWord): readonly MeantWord[];
}

/** What is typed. */
export interface Typed {
  terms: readonly TypedTerm[];
  /** Without spaces, in each spelling. */
  joined: readonly string[];
  /** In words without signs. */
  words: ReadonlySet<string>;
}

const GENERIC_WEIGHT = 0.1;

/** Undefined when no word is typed. */
export function typedOf(read: Statements, query: string): Typed | undefined {
  const terms = termsOf(query);
  if (terms.length === 0) return undefined;
  const generic = terms.map((term, place) => isGenericTerm(term, place === terms.length - 1));
  const areAllGeneric = generic.every(Boolean);
  return {
    terms: terms.map((term, place) => {
      const readings = [...term, ...term.map((parts) => parts.flatMap(inDictionaryWords))];
      const isGeneric = !areAllGeneric && generic[place] === true;
      const weight = isGeneric ? GENERIC_WEIGHT : weightOf(read, readings);
      return { readings, isGeneric, weight, meant: remembered((part) => meantBy(read, part)) };
    }),
    joined: joinedNames(query),
    words: new Set(nameKey(query).split(" ")),
  };
}

/** The last word may be unfinished: it tells nothing yet when it begins a word that tells nothing. */
const isGenericTerm = (readings: Term, isLast: boolean): boolean =>
  readings.some(([part, ...others]) => {
    if (!part || others.length > 0) return false;
    return isGeneric(part.text) || (isLast && beginsGeneric(part.text));
  });

/** 1 for a word that is nowhere, 0.5 for one that sixteen have, 0.23 for one that ten thousand have. */
function weightOf(read: Statements, readings: Term): number {
  const counts = readings.map((parts) => Math.min(...parts.map((part) => countOf(read, part))));
  return 1 / (1 + Math.log2(1 + Math.max(...counts)) / 4);
}

function remembered(meant: (part: WantedWord) => MeantWord[]): (part: WantedWord) => readonly MeantWord[] {
  const known = new Map<string, MeantWord[]>();
  return (part) => {
    const found = known.get(part.text) ?? meant(part);
    known.set(part.text, found);
    return found;
  };
}
