/**
 * How many mistakes lie between what is typed and a word: letters too many, missing, or others, and neighbours that
 * changed places (optimal string alignment). Undefined for more than `most`.
 */
export function editDistance(typed: string, word: string, most: number): number | undefined {
  return bounded(typed, word, most, (row) => row.at(-1));
}

/** As {@link editDistance}, to that beginning of the word which is the nearest: the word may go on. */
export function distanceToBeginning(typed: string, word: string, most: number): number | undefined {
  const near = [...word].slice(0, [...typed].length + most).join("");
  return bounded(typed, near, most, (row) => Math.min(...row));
}

/** `take` gives the distance from the last row: the distances of all that is typed to each beginning of the word. */
function bounded(
  typed: string,
  word: string,
  most: number,
  take: (row: readonly number[]) => number | undefined,
): number | undefined {
  const [from, to] = [[...typed], [...word]];
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, n) => n);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (isSame ? 0 : 1));
      const areSwapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (areSwapped) cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    // A swap reads two rows back: only two bad rows rule it out.
    if (Math.min(...row) > most && Math.min(...last) > most) return undefined;
    [before, last] = [last, row];
  }
  const distance = take(last);
  return distance !== undefined && distance <= most ? distance : undefined;
}
