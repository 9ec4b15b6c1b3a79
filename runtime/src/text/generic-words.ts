import { nameKey } from "./fold.ts";

/** Words that say what kind of place or event something is, and not which. */
const GENERIC: ReadonlySet<string> = new Set(
  [
    ...["the", "a", "an", "of", "at", "in", "and", "le", "la", "les", "el", "los", "der", "die", "das"],
    ...[
      "arena",
      "stadium",
      "hall",
      "theatre",
      "theater",
      "club",
      "centre",
      "center",
      "park",
      "house",
      "venue",
    ],
    ...["live", "tour", "concert", "show"],
  ].map(nameKey),
);

/** Whether a word, as {@link nameKey} has it, tells nothing from others of its kind. */
export const isGeneric = (word: string): boolean => GENERIC.has(word);

/** Whether a word that tells nothing begins so: of two letters or more, since one begins too many. */
export const beginsGeneric = (beginning: string): boolean =>
  beginning.length > 1 && [...GENERIC].some((word) => word.startsWith(beginning));

/** The words by which a name is told from others; all of them where each is generic. */
export function tellingWords(name: string): string[] {
  const words = nameKey(name).split(" ");
  const telling = words.filter((word) => !isGeneric(word));
  return telling.length > 0 ? telling : words;
}
