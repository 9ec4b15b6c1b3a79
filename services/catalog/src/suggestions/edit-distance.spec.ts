import { describe, expect, it, test } from "@jest/globals";
import fc from "fast-check";
import { formsOf, formsOfTyped, mistakesIn } from "../projection/word-forms.ts";
import { distanceToBeginning, editDistance } from "./edit-distance.ts";

/** As the distance is defined, without bounds and without tables. */
function plainDistance(one: readonly string[], other: readonly string[]): number {
  const known = new Map<string, number>();
  const from = (i: number, j: number): number => {
    const name = `${i} ${j}`;
    const found = known.get(name) ?? reckon(i, j);
    known.set(name, found);
    return found;
  };
  const reckon = (i: number, j: number): number => {
    if (i === 0 || j === 0) return i + j;
    const ways = [
      from(i - 1, j) + 1,
      from(i, j - 1) + 1,
      from(i - 1, j - 1) + (one[i - 1] === other[j - 1] ? 0 : 1),
    ];
    if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
      ways.push(from(i - 2, j - 2) + 1);
    return Math.min(...ways);
  };
  return from(one.length, other.length);
}

const within = (distance: number, most: number) => (distance <= most ? distance : undefined);
const plainToBeginning = (typed: readonly string[], word: readonly string[]) =>
  Math.min(...Array.from({ length: word.length + 1 }, (_, n) => plainDistance(typed, word.slice(0, n))));

/** Of few letters, so that words are near each other; one of them takes two code units. */
const letter: fc.Arbitrary<string> = fc.constantFrom("a", "b", "c", "𞤀");
const letters = (most: number) => fc.array(letter, { maxLength: most });
/** Takes out up to two letters somewhere, and puts in up to two others. */
const mistake = fc.tuple(fc.nat(14), fc.nat(2), letters(2)).map(
  ([place, count, others]) =>
    (text: readonly string[]) =>
      text.toSpliced(place, count, ...others),
);
const most = fc.integer({ min: 0, max: 3 });

describe("the distance between what is typed and a word", () => {
  it("is what its definition gives", () => {
    fc.assert(
      fc.property(letters(10), letters(10), most, (typed, word, bound) => {
        expect(editDistance(typed.join(""), word.join(""), bound)).toBe(
          within(plainDistance(typed, word), bound),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it("to a beginning is the least of all beginnings", () => {
    fc.assert(
      fc.property(letters(9), letters(12), most, (typed, word, bound) => {
        expect(distanceToBeginning(typed.join(""), word.join(""), bound)).toBe(
          within(plainToBeginning(typed, word), bound),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ["coldplay", "coldplay", 0],
    ["coldpaly", "coldplay", 1],
    ["colplay", "coldplay", 1],
    ["coldplayy", "coldplay", 1],
    ["clodpaly", "coldplay", 2],
    ["ca", "abc", 3],
  ])("from %s to %s is %d", (typed, word, distance) => {
    expect(editDistance(typed, word, 3)).toBe(distance);
  });
});

describe("the forms of a word", () => {
  it("have one in common with all that is meant by it, whole or not", () => {
    fc.assert(
      fc.property(letters(14), fc.nat(14), fc.array(mistake, { maxLength: 2 }), (word, end, mistakes) => {
        const typed = mistakes.reduce((text, make) => make(text), word.slice(0, end));
        const allowed = mistakesIn(typed.length);
        fc.pre(allowed > 0 && plainToBeginning(typed, word) <= allowed);
        const forms = new Set(formsOf(word.join("")));
        expect(formsOfTyped(typed.join("")).some((form) => forms.has(form))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it("are few", () => {
    expect(formsOf("philharmonie").length).toBeLessThanOrEqual(43);
    expect(formsOfTyped("philharmonie")).toHaveLength(28);
    expect([formsOf("jazz").toSorted(), formsOfTyped("jaz")]).toEqual([["azz", "jaz", "jazz", "jzz"], []]);
  });
});
