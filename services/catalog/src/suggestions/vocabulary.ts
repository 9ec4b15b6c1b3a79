import type { WantedWord } from "@ticketing/runtime/text/words";
import { formsOfTyped, mistakesIn } from "../projection/word-forms.ts";
import type { Statements } from "../search/statements.ts";
import { distanceToBeginning, editDistance } from "./edit-distance.ts";

/** So many words are compared with one that is typed, and so many of them taken: the nearest, of these the commonest. */
const MOST_COMPARED = 1_000;
const MOST_MEANT = 12;
/** Of a beginning, so many letters are compared: of words without a space after them, not many more are held. */
const MOST_LETTERS = 12;
/** Of the words with a beginning, so many are counted. */
const MOST_COUNTED = 100;

/** A word that may have been meant, and how many mistakes were made then. */
export interface MeantWord {
  word: string;
  mistakes: number;
}

/** How many suggested events and venues have a word, or one that begins so, as far as that is counted. */
export function countOf(read: Statements, { text, prefix }: WantedWord): number {
  const counted = read.get<{ count: number | null }>(
    prefix
      ? `SELECT sum(suggested) AS count FROM
         (SELECT suggested FROM vocabulary WHERE word >= :text AND word < :after LIMIT ${MOST_COUNTED})`
      : "SELECT suggested AS count FROM vocabulary WHERE word = :text",
    { text, after: `${text}\u{10ffff}` },
  );
  return counted?.count ?? 0;
}

/** The words that may have been meant by one that is typed with mistakes: none of them is the one that is typed. */
export function meantBy(read: Statements, { text: typed, prefix }: WantedWord): MeantWord[] {
  const letters = [...typed];
  const most = mistakesIn(letters.length);
  const text = prefix ? letters.slice(0, MOST_LETTERS).join("") : typed;
  if (most === 0) return [];
  const likely = read.all<{ word: string; suggested: number }>(
    `SELECT word, suggested FROM vocabulary WHERE key IN (
       SELECT f.word FROM json_each(:forms) x CROSS JOIN word_forms f ON f.form = x.value LIMIT ${MOST_COMPARED})`,
    { forms: JSON.stringify(formsOfTyped(text)) },
  );
  const distance = prefix ? distanceToBeginning : editDistance;
  return likely
    .flatMap(({ word, suggested }) => {
      const mistakes = distance(text, word, most);
      return mistakes ? [{ word, mistakes, suggested }] : [];
    })
    .sort((a, b) => a.mistakes - b.mistakes || b.suggested - a.suggested)
    .slice(0, MOST_MEANT);
}
