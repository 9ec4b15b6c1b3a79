/** A text as search compares it: lower case, without accents. */
export function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** The different folded words of the texts. */
export function wordsOf(...texts: string[]): string[] {
  return [...new Set(fold(texts.join(" ")).match(/[\p{L}\p{N}]+/gu))];
}
