import type { TicketFilter } from "@ticketing/proto/catalog/v1/catalog_service";
import { type Term, termsOf, type WantedWord } from "@ticketing/runtime/text/words";
import { categoryToken, cityTokens } from "../projection/tokens.ts";

/**
 * The full-text expression for all of a filter that texts decide: words, city and category. Undefined when the filter
 * has none of these, and null when no text can match: signs alone name nothing.
 */
export function textMatch({ query, city, category }: TicketFilter): string | null | undefined {
  const terms = termsOf(query);
  if (terms.length === 0 && query.trim() !== "") return null;
  const parts = [
    ...terms.map(anyReading),
    ...(city === "" ? [] : [anyOf(cityTokens(city).map(quoted))]),
    ...(category === 0 ? [] : [quoted(categoryToken(category))]),
  ];
  return parts.length === 0 ? undefined : parts.join(" AND ");
}

const anyReading = (term: Term): string => anyOf(term.map((words) => allOf(words.map(wanted))));
const wanted = ({ text, prefix }: WantedWord): string => quoted(text) + (prefix ? "*" : "");
const allOf = (parts: readonly string[]): string => `(${parts.join(" AND ")})`;
const anyOf = (parts: readonly string[]): string => `(${parts.join(" OR ")})`;
/** A token has letters, marks and numbers alone. */
const quoted = (token: string): string => `"${token}"`;
