// The ranges of Unicode that hold characters from right to left (Bidi_Class R and AL, by their default ranges in
// DerivedBidiClass.txt).
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * Isolates a text that a person wrote, for use inside a sentence of ours: first strong isolate … pop directional
 * isolate, so that a Hebrew or Arabic title does not reorder the words around it (Unicode Standard Annex 9, section
 * 2.7). A text without characters from right to left is returned unchanged. Markup uses `<bdi>` instead.
 */
export const isolate = (written: string): string =>
  RIGHT_TO_LEFT.test(written) ? `\u2068${written}\u2069` : written;
