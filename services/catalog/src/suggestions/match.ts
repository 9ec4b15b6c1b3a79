import type { Term, WantedWord } from "@ticketing/runtime/text/words";
import { cityTokens, nameTokens } from "../projection/tokens.ts";
import type { Typed, TypedTerm } from "./typed.ts";

/** How a typed word has to be found. */
export type Reading = "whole" | "begun" | "mistyped";

/** Full-text expressions: what they find has one of the city's spellings, if one is given. */
export interface Matches {
  /** Whole names, whatever the spaces; begun, those that begin as what is typed, and others that nearly do. */
  names(reading: "whole" | "begun"): string;
  /** All of the words. */
  all(terms: readonly TypedTerm[], reading: Reading): string;
}

export function matchesIn({ typed, city }: { typed: Typed; city: string }): Matches {
  const inCity = (expression: string) =>
    city === "" ? expression : `(${expression}) AND ${anyOf(cityTokens(city).map(quoted))}`;
  return {
    names: (reading) =>
      inCity(anyOf(typed.joined.flatMap(nameTokens).map(reading === "whole" ? quoted : begun))),
    all: (terms, reading) => inCity(allOf(terms.map((term) => termIn(term, reading)))),
  };
}

function termIn({ readings, meant }: TypedTerm, reading: Reading): string {
  const wordIn = (part: WantedWord): string => {
    const typed = part.prefix && reading !== "whole" ? begun(part.text) : quoted(part.text);
    return reading === "mistyped" ? anyOf([typed, ...meant(part).map(({ word }) => quoted(word))]) : typed;
  };
  return anyOf(distinct(readings.map((parts: Term[number]) => allOf(parts.map(wordIn)))));
}

/** So long beginnings have an index; for longer ones the lists of all their words would be read before the first answer. */
const LONGEST_BEGINNING = 8;

/** Finds all that begins so, and perhaps more. */
const begun = (text: string): string => `${quoted([...text].slice(0, LONGEST_BEGINNING).join(""))}*`;

const distinct = (parts: readonly string[]): string[] => [...new Set(parts)];
const allOf = (parts: readonly string[]): string => `(${parts.join(" AND ")})`;
const anyOf = (parts: readonly string[]): string => `(${parts.join(" OR ")})`;
/** A token has letters, marks and numbers alone. */
const quoted = (token: string): string => `"${token}"`;
