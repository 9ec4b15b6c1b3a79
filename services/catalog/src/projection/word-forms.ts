/**
 * How a word is found that was typed with mistakes, without a look at every word: by what is left of both when letters
 * are taken out. Two words that are k mistakes apart have a sequence of letters in common that is at most k shorter than
 * the one that was typed; so have a typed beginning and the beginning of the word, as long as that.
 *
 * What is looked up is only likely: the distance decides.
 */

/** More letters than these are not looked at here. */
const LONGEST = 8;

/** How many mistakes a word of so many letters may have. */
export function mistakesIn(letters: number): number {
  if (letters < 4) return 0;
  return letters < LONGEST ? 1 : 2;
}

/** By how many letters were typed: how many of a word's first letters count, and how many of these are left. */
const SIZES = [4, 5, 6, LONGEST].map((first) => ({ first, left: first - mistakesIn(first) }));

/** The forms by which a word is found. */
export function formsOf(word: string): string[] {
  const letters = [...word];
  const forms = SIZES.flatMap(({ first, left }) => shortened(letters.slice(0, first), left));
  return [...new Set(forms)];
}

/** The forms of which a word has one at least that was meant by what is typed; empty where no mistake is allowed. */
export function formsOfTyped(typed: string): string[] {
  const letters = [...typed].slice(0, LONGEST);
  const mistakes = mistakesIn(letters.length);
  return mistakes === 0 ? [] : [...new Set(shortened(letters, letters.length - mistakes))];
}

/** Every way to leave so many of the letters, in their order. */
function shortened(letters: readonly string[], left: number): string[] {
  if (left > letters.length) return [];
  if (left === 0) return [""];
  const [first = "", ...rest] = letters;
  return [...shortened(rest, left - 1).map((tail) => first + tail), ...shortened(rest, left)];
}
