/**
 * What a keyboard's strokes leave of a text on the way to it, so that every state of typing begins what follows from it:
 *
 * - Hangul by the strokes of the Korean keyboard (Dubeolsik). An input method builds a syllable while it is typed: 서울
 *   is ㅅ, 서, 성, 서우 on the way, since ㅇ ends a syllable until a vowel follows, and 과 is 고 before.
 * - Vowel signs of two parts, as Tamil's and Bengali's, by their parts: கொ is கெ before.
 *
 * Each letter by itself: the strokes of a text begin with those of its beginnings.
 */
export function asTyped(folded: string): string {
  return folded
    .replace(HANGUL, (letter) =>
      [...letter.normalize("NFD")].map((jamo) => strokes.get(jamo) ?? jamo).join(""),
    )
    .replace(/\p{M}/gu, (sign) => sign.normalize("NFD"));
}

/** Syllables, and what stands alone: initials from U+1100, vowels from U+1161, finals from U+11A8. */
const HANGUL = /[\uac00-\ud7a3\u1100-\u1112\u1161-\u1175\u11a8-\u11c2]/g;

const strokes = new Map(
  [
    [0x1100, "ㄱ ㄲ ㄴ ㄷ ㄸ ㄹ ㅁ ㅂ ㅃ ㅅ ㅆ ㅇ ㅈ ㅉ ㅊ ㅋ ㅌ ㅍ ㅎ"],
    [0x1161, "ㅏ ㅐ ㅑ ㅒ ㅓ ㅔ ㅕ ㅖ ㅗ ㅗㅏ ㅗㅐ ㅗㅣ ㅛ ㅜ ㅜㅓ ㅜㅔ ㅜㅣ ㅠ ㅡ ㅡㅣ ㅣ"],
    [
      0x11a8,
      "ㄱ ㄲ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ ㅁ ㅂ ㅂㅅ ㅅ ㅆ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ",
    ],
  ].flatMap(([first, keys]) =>
    String(keys)
      .split(" ")
      .map((key, place) => [String.fromCodePoint(Number(first) + place), key] as const),
  ),
);
