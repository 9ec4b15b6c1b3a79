import { tellingWords } from "@ticketing/runtime/text/generic-words";

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
