// Where Unicode keeps characters that run from right to left (Bidi_Class R and AL, by their default ranges in
// DerivedBidiClass.txt).
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * What a person wrote, for the middle of a sentence of ours: first strong isolate … pop directional isolate, so that a
 * Hebrew or Arabic title turns nothing around it (Unicode Standard Annex 9, section 2.7). As it is when nothing in it
 * runs from right to left. In markup, where an element can stand around it, that is `<bdi>`.
 */
export const isolate = (written: string): string =>
  RIGHT_TO_LEFT.test(written) ? `\u2068${written}\u2069` : written;
