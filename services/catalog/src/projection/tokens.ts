import type { Category } from "@ticketing/proto/tickets/v1/ticket";
import { nameKey, spellings } from "@ticketing/runtime/text/fold";
import { wordsOf } from "@ticketing/runtime/text/words";

// Of Unicode's private use, so that no folded text has them; the full-text index takes them for letters.
const CITY = "\ue000";
const CATEGORY = "\ue001";
const SIGN = "\ue002";

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
  spellings(city).map((spelling) => CITY + nameKey(spelling).replace(/[^\p{L}\p{N}\p{M}]/gu, signToken));

export const categoryToken = (category: Category): string => `${CATEGORY}${category}`;

const signToken = (sign: string): string => `${SIGN}${sign.codePointAt(0)?.toString(16)}${SIGN}`;
