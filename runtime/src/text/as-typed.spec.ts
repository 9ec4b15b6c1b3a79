import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { asTyped } from "./as-typed.ts";
import { termsOf, wordsOf } from "./words.ts";

const parts = (each: string) => new Map(each.split(" ").map((pair) => [pair.slice(1), pair.slice(0, 1)]));
const VOWELS = parts("ㅘㅗㅏ ㅙㅗㅐ ㅚㅗㅣ ㅝㅜㅓ ㅞㅜㅔ ㅟㅜㅣ ㅢㅡㅣ");
const FINALS = parts("ㄳㄱㅅ ㄵㄴㅈ ㄶㄴㅎ ㄺㄹㄱ ㄻㄹㅁ ㄼㄹㅂ ㄽㄹㅅ ㄾㄹㅌ ㄿㄹㅍ ㅀㄹㅎ ㅄㅂㅅ");
const FINAL_ORDER = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";
const anyOf = (keys: Iterable<string>) => [...keys].join("|");
const SYLLABLE = new RegExp(
  `([ㄱ-ㅎ])(${anyOf(VOWELS.keys())}|[ㅏ-ㅣ])((?:${anyOf(FINALS.keys())}|(?![ㄸㅃㅉ])[ㄱ-ㅎ])(?![ㅏ-ㅣ]))?`,
  "g",
);

/** What a Korean input method shows after these strokes: a final goes on to the next syllable once a vowel follows. */
const shown = (strokes: string): string =>
  strokes.replace(SYLLABLE, (_, initial: string, vowel: string, final = "") => {
    const last = FINAL_ORDER.indexOf(FINALS.get(final) ?? final);
    const jamo = `${initial}${VOWELS.get(vowel) ?? vowel}`.normalize("NFKD");
    return `${jamo}${final && String.fromCodePoint(0x11a8 + last)}`.normalize("NFC");
  });

const found = (query: string, words: string[]): boolean =>
  termsOf(query).every((term) =>
    term.some((reading) =>
      reading.every(({ text, prefix }) =>
        words.some((word) => (prefix ? word.startsWith(text) : word === text)),
      ),
    ),
  );

const syllables = fc.string({
  unit: fc.integer({ min: 0xac00, max: 0xd7a3 }).map((each) => String.fromCodePoint(each)),
  minLength: 1,
  maxLength: 24,
});

describe("Korean", () => {
  it("is the strokes that an input method builds it from", () => {
    fc.assert(fc.property(syllables, (text) => expect(shown(asTyped(text))).toBe(text)));
    expect(shown("ㄷㅏㄹㄱ")).toBe("닭");
    expect(shown("ㄷㅏㄹㄱㅕ")).toBe("달겨");
  });

  it("is found at every stroke on the way to it, whole or by a part of it", () => {
    fc.assert(
      fc.property(syllables, fc.nat(), (text, at) => {
        const words = wordsOf("밤", `서울${text}`);
        const strokes = asTyped(text.slice(at % text.length));
        for (let typed = 1; typed <= strokes.length; typed += 1) {
          const state = shown(strokes.slice(0, typed));
          expect([state, found(state, words)]).toEqual([state, true]);
        }
      }),
    );
  });

  it("is found as it is written where strokes are not held yet: a release before did not", () => {
    const words = wordsOf("서울 재즈").filter((word) => !/[ㄱ-ㅣ]/.test(word));
    for (const query of ["서울", "서울 재", "재즈"]) expect(found(query, words)).toBe(true);
  });
});
