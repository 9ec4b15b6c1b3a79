import type { TicketFilter } from "@ticketing/proto/catalog/v1/catalog_service";
import { type Term, termsOf, type WantedWord } from "@ticketing/runtime/text/words";
import { categoryToken, cityTokens } from "../projection/tokens.ts";

/** All of a filter that texts decide: words, city and category. */
export interface TextMatch {
  /** As a full-text expression, which finds texts. */
  expression: string;
  /** As a condition on the tokens of a text `x`, which tells of one text whether it is found, with its values. */
  condition: string;
  values: Record<string, string>;
}

/** Undefined when nothing in the filter is of texts, and null when no text can match: signs alone name nothing. */
export function textMatch({ query, city, category }: TicketFilter): TextMatch | null | undefined {
  const terms = termsOf(query);
  if (terms.length === 0 && query.trim() !== "") return null;
  const whole = (text: string): WantedWord[] => [{ text, prefix: false }];
  const all = [
    ...terms,
    ...(city === "" ? [] : [cityTokens(city).map(whole)]),
    ...(category === 0 ? [] : [[whole(categoryToken(category))]]),
  ];
  if (all.length === 0) return undefined;
  const values: Record<string, string> = {};
  const named = ({ text, prefix }: WantedWord): string => {
    const name = `token_${Object.keys(values).length}`;
    values[name] = ` ${text}${prefix ? "" : " "}`;
    return `instr(x.tokens, :${name}) > 0`;
  };
  return {
    expression: all.map(anyReading).join(" AND "),
    condition: all.map((term) => anyOf(term.map((words) => allOf(words.map(named))))).join(" AND "),
    values,
  };
}

const anyReading = (term: Term): string => anyOf(term.map((words) => allOf(words.map(wanted))));
const wanted = ({ text, prefix }: WantedWord): string => quoted(text) + (prefix ? "*" : "");
const allOf = (parts: readonly string[]): string => `(${parts.join(" AND ")})`;
const anyOf = (parts: readonly string[]): string => `(${parts.join(" OR ")})`;
/** A token has letters, marks and numbers alone. */
const quoted = (token: string): string => `"${token}"`;
