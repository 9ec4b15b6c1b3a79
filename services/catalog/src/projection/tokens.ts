import type { Category } from "@ticketing/proto/tickets/v1/ticket";
import { nameKey, spellings } from "@ticketing/runtime/text/fold";
import { wordsOf } from "@ticketing/runtime/text/words";

// Of Unicode's private use, so that no folded text has them; the full-text index takes them for letters.
const CITY = "\ue000";
const CATEGORY = "\ue001";
const SIGN = "\ue002";
const NAME = "\ue003";

/** How much of a whole name counts, in code points. */
const LONGEST_NAME = 64;

/** What a text is found by, apart by spaces: its words, its city whole in each spelling, and its category. */
export function tokensOf(text: {
  title: string;
  eventTitle: string;
  venue: string;
  city: string;
  category: Category;
}): string {
  const { title, eventTitle, venue, city, category } = text;
  return [...wordsOf(title, eventTitle, venue, city), ...cityTokens(city), categoryToken(category)].join(" ");
}

/** One token for each spelling of a city: a text in that city has one of them, or more. */
export const cityTokens = (city: string): string[] =>
  spellings(city).map((spelling) => CITY + lettersOf(nameKey(spelling)));

/** One token for each spelling of a whole name, without the spaces that people set as they like: Cold Play. */
export const nameTokens = (name: string): string[] =>
  joinedNames(name).map((joined) => NAME + lettersOf(joined));

/** The spellings of a name without spaces, as far as it counts; none of an empty one. */
export const joinedNames = (name: string): string[] =>
  spellings(name)
    .map((spelling) => [...nameKey(spelling).replaceAll(" ", "")].slice(0, LONGEST_NAME).join(""))
    .filter((joined) => joined !== "");

export const categoryToken = (category: Category): string => `${CATEGORY}${category}`;

/** With what the full-text index takes for letters in the place of everything else. */
const lettersOf = (text: string): string => text.replace(/[^\p{L}\p{N}\p{M}]/gu, signToken);

const signToken = (sign: string): string => `${SIGN}${sign.codePointAt(0)?.toString(16)}${SIGN}`;
