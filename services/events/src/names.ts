import { nameKey } from "@ticketing/runtime/text/fold";

/** Words that say what kind of place or event something is, and not which. */
const GENERIC = new Set(
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

/** The words by which a name is told from others; all of them where each is generic. */
function tellingWords(name: string): string[] {
  const words = nameKey(name).split(" ");
  const telling = words.filter((word) => !GENERIC.has(word));
  return telling.length > 0 ? telling : words;
}

/**
 * Whether two names may be of the same thing: what tells the one from others is in the other too. "The O2" and "O2
 * Arena" may be one; so may "Wembley Stadium" and "Wembley Arena", which somebody has to say.
 */
export function areSimilar(one: string, other: string): boolean {
  const [fewer = [], more = []] = [tellingWords(one), tellingWords(other)].sort(
    (a, b) => a.length - b.length,
  );
  return fewer.every((word) => more.includes(word)) || fewer.join("") === more.join("");
}
