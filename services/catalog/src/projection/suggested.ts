import type { DatabaseSync } from "node:sqlite";
import { nameKey } from "@ticketing/runtime/text/fold";
import { wholeWordsOf, wordsOf } from "@ticketing/runtime/text/words";
import { cityTokens, joinedNames, nameTokens } from "./tokens.ts";
import { formsOf } from "./word-forms.ts";

/** By what an event or a venue is known. */
export interface Names {
  /** The title and its aliases; of a venue its name. */
  titles: readonly string[];
  /** Of a venue empty. */
  venue: string;
  city: string;
}

/** The names of what is suggested, as they are compared with what is typed. */
export interface SuggestedNames {
  /** Each title in words with spaces between them, without signs. */
  keys: readonly string[];
  /** The titles without spaces, in each spelling; and so the venue. */
  joined: { titles: readonly string[]; venue: readonly string[] };
  /** The words of each. */
  words: { titles: readonly string[]; venue: readonly string[]; city: readonly string[] };
}

const PLACES = 2 ** 26;
const LAST_MINUTE = 2 ** 27 - 1;
const MINUTE_MS = 60_000;

/**
 * Where an event is suggested: places are in the order of their starts, to the minute, until the year 2225. Venues come
 * before all of them, in the places of their keys.
 */
export const placeOf = (start: number, key: number): number =>
  Math.min(Math.max(Math.floor(start / MINUTE_MS), 1), LAST_MINUTE) * PLACES + key;

/** Between which places venues are; events that begin at an instant, or later, are from that place on. */
export const VENUES = { from: 0, to: PLACES - 1 };
export const eventsFrom = (start: number) => ({ from: placeOf(start, 0), to: Number.MAX_SAFE_INTEGER });

/** What is suggested, with the words that find it. */
export interface Suggested {
  add(place: number, names: Names): void;
  remove(place: number): void;
}

export function createSuggested(db: DatabaseSync): Suggested {
  const addNames = db.prepare("INSERT INTO suggested (place, names, vocabulary) VALUES (?, ?, ?)");
  const addTokens = db.prepare("INSERT INTO names (rowid, tokens) VALUES (?, ?)");
  const removeNames = db.prepare("DELETE FROM suggested WHERE place = ? RETURNING vocabulary");
  const removeTokens = db.prepare("DELETE FROM names WHERE rowid = ?");
  const countWord = db.prepare(
    `INSERT INTO vocabulary (word, suggested) VALUES (?, 1)
     ON CONFLICT DO UPDATE SET suggested = suggested + 1 RETURNING key, suggested`,
  );
  const discountWord = db.prepare(
    "UPDATE vocabulary SET suggested = suggested - 1 WHERE word = ? RETURNING key, suggested",
  );
  const removeWord = db.prepare("DELETE FROM vocabulary WHERE key = ?");
  const addForm = db.prepare("INSERT INTO word_forms (form, word) VALUES (?, ?)");
  const removeForm = db.prepare("DELETE FROM word_forms WHERE form = ? AND word = ?");

  function count(word: string): void {
    const { key, suggested } = countWord.get(word) as unknown as WordRow;
    if (suggested === 1) for (const form of formsOf(word)) addForm.run(form, key);
  }

  function discount(word: string): void {
    const { key, suggested } = discountWord.get(word) as unknown as WordRow;
    if (suggested > 0) return;
    removeWord.run(key);
    for (const form of formsOf(word)) removeForm.run(form, key);
  }

  return {
    add(place, names) {
      const vocabulary = vocabularyOf(names);
      addNames.run(place, JSON.stringify(suggestedNames(names)), JSON.stringify(vocabulary));
      addTokens.run(place, tokensOf(names));
      for (const word of vocabulary) count(word);
    },
    remove(place) {
      const { vocabulary } = removeNames.get(place) as { vocabulary: string };
      removeTokens.run(place);
      for (const word of JSON.parse(vocabulary) as string[]) discount(word);
    },
  };
}

/** The words that somebody may mistype. */
export const vocabularyOf = ({ titles, venue, city }: Names): string[] =>
  wholeWordsOf(...titles, venue, city);

const tokensOf = ({ titles, venue, city }: Names): string =>
  [...wordsOf(...titles, venue, city), ...[...titles, venue].flatMap(nameTokens), ...cityTokens(city)].join(
    " ",
  );

function suggestedNames({ titles, venue, city }: Names): SuggestedNames {
  return {
    keys: titles.map(nameKey),
    joined: { titles: titles.flatMap(joinedNames), venue: joinedNames(venue) },
    words: { titles: wordsOf(...titles), venue: wordsOf(venue), city: wordsOf(city) },
  };
}

interface WordRow {
  key: number;
  suggested: number;
}
