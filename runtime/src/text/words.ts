import { asTyped } from "./as-typed.ts";
import { foldLetters, NON_JOINER, spelledOut } from "./fold.ts";

/**
 * Words without spaces between them are found from any letter on: of 東京マラソン, マラソン and 京 too. Each place where
 * one can begin is held with so many code points after it. A dictionary (Intl.Segmenter's) is not asked: it parts a word
 * in one text otherwise than alone, and changes with the ICU of the machine, while what is held stays.
 */
const REACH = 16;
/** How much of any other word counts, in code points. */
const LONGEST_WORD = 64;
/** How many words of a query count. */
const MOST_WORDS = 8;

/** A word that a text has to have, or one that starts with it. */
export interface WantedWord {
  text: string;
  prefix: boolean;
}

/** One word of a query: one of these has to match, each of them whole. */
export type Term = readonly (readonly WantedWord[])[];

/** The different words by which texts are found. */
export function wordsOf(...texts: string[]): string[] {
  const words = allRunsOf(texts).flatMap(({ text, spaced }) =>
    spaced ? heldOf(text, LONGEST_WORD) : beginnings(text),
  );
  return [...new Set(words)];
}

/**
 * Those of the words by which texts are found that somebody would type from their first letter on, and may mistype. A
 * dictionary is good enough here: what it parts wrongly is found all the same when it is typed without a mistake.
 */
export function wholeWordsOf(...texts: string[]): string[] {
  const words = allRunsOf(texts).flatMap(({ text, spaced }) =>
    spaced
      ? heldOf(text, LONGEST_WORD)
      : [...DICTIONARY.segment(text)].flatMap(({ index }) => heldOf(text.slice(index), REACH)),
  );
  return [...new Set(words)];
}

/**
 * A wanted word in the words that a dictionary finds in it, where one is needed to find any: 周杰伦演唱会 is 周杰伦 and
 * 演唱会, which a text may have apart. Any other word is one.
 */
export function inDictionaryWords(word: WantedWord): WantedWord[] {
  if (!OF_DICTIONARY.test(word.text)) return [word];
  return [...DICTIONARY.segment(word.text)].map(({ segment }) => ({ text: segment, prefix: true }));
}

const OF_DICTIONARY =
  /^[\p{scx=Hani}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}\p{M}]+$/u;
const DICTIONARY = new Intl.Segmenter("en", { granularity: "word" });

const allRunsOf = (texts: readonly string[]) =>
  texts
    .flatMap(spelledOut)
    .flatMap((text) => tokensOf(foldLetters(text)))
    .flatMap(({ parts }) => [parts.join(""), ...parts])
    .flatMap(runsOf);

/** What a text has to have to be found by a query, all of it; empty for a query without a word. */
export function termsOf(query: string): Term[] {
  const [tokens = [], ...others] = spelledOut(query).map((text) => tokensOf(foldLetters(text)));
  return tokens.slice(0, MOST_WORDS).map((token, place) => {
    const last = place === Math.min(tokens.length, MOST_WORDS) - 1;
    const readings = [token, ...others.flatMap((other) => other[place] ?? [])].flatMap(({ parts }) => [
      [parts.join("")],
      parts,
    ]);
    const terms = readings
      .map((pieces) => wantedOf(pieces, last))
      .flatMap((term) => (last ? [term, unfinished(term)] : [term]));
    return [...new Map(terms.map((term) => [JSON.stringify(term), term])).values()];
  });
}

function wantedOf(pieces: readonly string[], last: boolean): WantedWord[] {
  const runs = pieces.flatMap(runsOf);
  return runs.flatMap(({ text, spaced }, place) =>
    spaced
      ? [{ text: start(text, LONGEST_WORD), prefix: last && place === runs.length - 1 }]
      : chunksOf(text).map((chunk) => ({ text: chunk, prefix: true })),
  );
}

/** The last letter of what is still typed may be unfinished. */
function unfinished(words: WantedWord[]): WantedWord[] {
  return words.map((word, place) =>
    place === words.length - 1 ? { ...word, text: asTyped(word.text) } : word,
  );
}

const LETTERS = "[\\p{L}\\p{N}][\\p{L}\\p{N}\\p{M}]*";
/** Between letters of one word: O'Connor, Coca-Cola, R.E.M., AC/DC. Together they are a word, and so is each part. */
const LINK = `['"./·・${NON_JOINER}-]`;
const TOKEN = new RegExp(`${LETTERS}(?:${LINK}${LETTERS})*`, "gu");
const LINKS = new RegExp(LINK, "u");

function tokensOf(folded: string): { parts: string[] }[] {
  return [...folded.matchAll(TOKEN)].map(([token]) => ({ parts: token.split(LINKS) }));
}

/** Scripts that are written without spaces, and Korean, which is read with them but often written without. */
const UNSPACED = [
  "Hani",
  "Hira",
  "Kana",
  "Hang",
  "Bopo",
  "Thai",
  "Laoo",
  "Khmr",
  "Mymr",
  "Lana",
  "Talu",
  "Tale",
]
  .concat(["Tavt", "Java", "Bali", "Yiii"])
  .map((script) => `\\p{scx=${script}}`)
  .join("");
const RUN = new RegExp(`((?:(?=[\\p{L}\\p{N}])[${UNSPACED}]\\p{M}*)+)|(?:(?![${UNSPACED}])[^])+`, "gu");

/** A word in parts that are written with spaces around them, or without. */
function runsOf(word: string): { text: string; spaced: boolean }[] {
  return [...word.matchAll(RUN)].map(([text, unspaced]) => ({ text, spaced: unspaced === undefined }));
}

/** From each letter on, as far as it counts. */
function beginnings(run: string): string[] {
  return [...run.matchAll(/\P{M}/gu)].flatMap(({ index }) => heldOf(run.slice(index), REACH));
}

/** As it is written, and as it is typed where that differs: with one letter more, which may end an unfinished one. */
function heldOf(word: string, reach: number): string[] {
  const longer = start(word, reach + 1);
  const typed = asTyped(longer);
  return typed === longer ? [start(word, reach)] : [start(word, reach), typed];
}

/** What is longer than counts, in pieces that do, none of which begins within a letter. */
function chunksOf(run: string): string[] {
  const chunks: string[] = [];
  for (const [letter] of run.matchAll(/\P{M}\p{M}*/gu)) {
    const longer = (chunks.at(-1) ?? "") + letter;
    if (chunks.length > 0 && [...longer].length <= REACH) chunks[chunks.length - 1] = longer;
    else chunks.push(start(letter, REACH));
  }
  return chunks;
}

const start = (text: string, codePoints: number): string =>
  text.length <= codePoints ? text : [...text].slice(0, codePoints).join("");
