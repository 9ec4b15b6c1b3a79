import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { fold, nameKey, spellings } from "./fold.ts";
import { termsOf, wordsOf } from "./words.ts";

/** Letters, marks, signs and joiners of many scripts, also where nobody would put them. */
const sign = fc.oneof(
  fc.constantFrom(..."aàåßøŁİıſǆſŉʻΣςᾳЁйїאַأیکةـकि़ँක්ൻがガｶﾞ゛ー東𠮷서ᄉำ้ြ 0٣१1 '’-–.・/\"«™№"),
  fc.constantFrom("\u200c", "\u200d", "\u00ad", "\ufe0f", "\u0301", "\u0345", "\u3099", "\u093c", "\ud800"),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
  fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
);
const text = fc.array(sign, { maxLength: 30 }).map((signs) => signs.join(""));
const thorough = { numRuns: 500 };

/** Whether a text with these words has all that a query wants. */
const isFound = (query: string, words: string[]): boolean =>
  termsOf(query).every((term) =>
    term.some((reading) =>
      reading.every((wanted) =>
        words.some((word) => (wanted.prefix ? word.startsWith(wanted.text) : word === wanted.text)),
      ),
    ),
  );

/** Every letter, mark and number but for the great many that have neither case nor composition. */
const letters = Array.from({ length: 0x110000 }, (_, codePoint) => String.fromCodePoint(codePoint)).filter(
  (each) => /[\p{L}\p{M}\p{N}]/u.test(each) && !/[㐀-鿿걕-힣𗀀-𛋿𠀀-𯟿]/u.test(each),
);

describe("folding", () => {
  it("folds what is folded to itself", () => {
    fc.assert(
      fc.property(text, (any) => {
        for (const folded of [fold(any), ...spellings(any)]) expect(fold(folded)).toBe(folded);
        expect(nameKey(nameKey(any))).toBe(nameKey(any));
      }),
      thorough,
    );
  });

  it.each([
    ["non-joiners", "\u200c\u200c\u3099", ""],
    ["a space of Ogham", "\u1680\u0301", ""],
    ["a hyphen of Canadian syllabics", "\u1400\u0301", "-"],
  ])("leaves nothing of a mark behind %s, which has no letter", (_, typed, folded) => {
    expect(fold(typed)).toBe(folded);
  });

  it.each([
    ["St. John's", "st johns"],
    ["L’Aquila", "LAQUILA"],
    ["Saint-Étienne", "saint etienne"],
    ["Winston–Salem", "Winston-Salem"],
    ["東京", "東京 "],
  ])("takes the names %s and %s for the same", (one, other) => {
    expect(nameKey(one)).toBe(nameKey(other));
  });

  it("tells names of signs alone apart", () => {
    expect(nameKey("!!!")).not.toBe(nameKey("???"));
  });

  it("takes each letter of Unicode, its capital, its small letter and its composition for the same", () => {
    const differing = letters.filter((letter) => {
      const folded = fold(letter);
      const same = [folded, letter.toUpperCase(), letter.toLowerCase(), letter.normalize("NFD")];
      return same.some((other) => fold(other) !== folded);
    });
    // An iota below a vowel is a letter of its own in capitals, as people write them; small, it is left out.
    expect(differing.filter((letter) => !letter.normalize("NFD").includes("\u0345"))).toEqual([]);
  });

  it("leaves the letters of Latin ASCII", () => {
    const latin = letters.filter((letter) => /(?=\p{L})\p{Script=Latin}/u.test(letter));
    const left = latin.filter((letter) => !/^[a-z0-9' .]+$/.test(fold(letter)));
    // Letters that any-ascii does not know yet.
    expect(left.length).toBeLessThan(20);
    expect(latin.length).toBeGreaterThan(1_400);
  });

  it("keeps the letters of different scripts apart", () => {
    const scripts = ["Latin", "Greek", "Cyrillic", "Hebrew", "Arabic", "Devanagari", "Thai", "Hangul"];
    const folded = scripts.map((script) => {
      const own = letters.filter((letter) => new RegExp(`(?=\\p{L})\\p{Script=${script}}`, "u").test(letter));
      return new Set(own.map(fold).filter((each) => /\p{L}/u.test(each)));
    });
    for (const [one, first] of folded.entries()) {
      for (const second of folded.slice(one + 1))
        expect([...first].filter((each) => second.has(each))).toEqual([]);
    }
  });
});

describe("words", () => {
  it("of any query are found in the text that holds it", () => {
    fc.assert(
      fc.property(text, text, text, (before, query, after) => {
        expect(isFound(query, wordsOf(query))).toBe(true);
        expect(isFound(query, wordsOf(before, query, after))).toBe(true);
        expect(isFound(query, wordsOf(`${before} ${query} ${after}`))).toBe(true);
      }),
      thorough,
    );
  });

  it("of any query are found in the text however it is written: folded, in capitals, decomposed", () => {
    fc.assert(
      fc.property(text, (any) => {
        for (const written of [
          any.normalize("NFD"),
          any.normalize("NFC"),
          any.toUpperCase(),
          any.toLowerCase(),
        ]) {
          if (any.normalize("NFD").includes("\u0345")) continue;
          expect(isFound(written, wordsOf(any))).toBe(true);
        }
      }),
      thorough,
    );
  });

  it("of scripts without spaces are found from any letter to any other", () => {
    const han = fc.string({
      unit: fc.constantFrom(..."東京都交響楽団の夏祭り音乐会ガンダム"),
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(han, fc.nat(), fc.nat(), (run, from, length) => {
        const start = from % run.length;
        const part = run.slice(start, start + 1 + (length % (run.length - start)));
        expect(isFound(part, wordsOf(`夏 ${run}`))).toBe(true);
      }),
      thorough,
    );
  });

  it("are not more than a few for each letter of a text, nor slow for the worst one", () => {
    const worst = [
      "東".repeat(120),
      "a'".repeat(60),
      "\u0301".repeat(120),
      "ä".repeat(120),
      "が・".repeat(60),
      "값".repeat(120),
    ];
    for (const each of worst) {
      expect(wordsOf(each, each, each, each).length).toBeLessThan(3 * each.length);
      expect(JSON.stringify(termsOf(each)).length).toBeLessThan(20_000);
    }
  });
});
