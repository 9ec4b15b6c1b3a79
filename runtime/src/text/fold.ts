import anyAscii from "any-ascii";

/**
 * Texts as search compares them: the same for what is listed and for what is looked for. Unicode's compatibility forms
 * (NFKD) and full case folding; then what people leave out or type differently, by script:
 *
 * - Latin: no accents; letters that have no accent to lose (ø, æ, ł, ı, ß) as any-ascii spells them
 * - Greek, Hebrew, Arabic and the like: no accents, points or vowel signs; the Arabic and the Persian keyboard are one
 * - Cyrillic: ё is е; what composes otherwise (й, ї, ў) is a letter of its own
 * - Indic, Thai, kana and all others: marks are part of the word; Hindi's nukta and candrabindu do not matter, and what
 *   looks the same in Thai is the same (แ is often typed as เเ)
 *
 * Scripts stay apart. Joiners, soft hyphens and everything else that cannot be seen does not count.
 */
export function fold(text: string): string {
  return foldLetters(text).replaceAll(NON_JOINER, "").replace(/\s+/g, " ").trim();
}

/**
 * The folded spellings of a text that stand for each other: `munchen` and `muenchen` for "München". One if it has
 * none of the letters that are written with an e where a keyboard lacks them.
 */
export function spellings(text: string): string[] {
  return [...new Set(spelledOut(text).map(fold))];
}

/** What tells names apart: folded, without punctuation, unless there is nothing else. St. John's is St Johns. */
export function nameKey(text: string): string {
  const folded = fold(text).replace(/(?<=[\p{L}\p{M}])'(?=\p{L})/gu, "");
  return folded.match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu)?.join(" ") ?? folded;
}

/** Most texts: they are folded in a fraction of the time. */
const ASCII = /^\p{ASCII}*$/u;

/** Parts a word without a gap, as in Persian. It stays until words are parted. */
export const NON_JOINER = "\u200c";

const withoutAccent: Readonly<Record<string, string>> = { ä: "ae", ö: "oe", ü: "ue", ø: "oe", å: "aa" };

/**
 * A nasal before a letter of its own row, by the row's place in each Indic block (Devanagari to Malayalam): हिन्दी is as
 * often हिंदी.
 */
const NASALS = [0x900, 0x980, 0xa00, 0xa80, 0xb00, 0xc00, 0xc80, 0xd00].map((block) => {
  const at = (offset: number) => String.fromCodePoint(block + offset);
  const rows = [0x15, 0x1a, 0x1f, 0x24, 0x2a].map(
    (first) => `${at(first + 4)}${at(0x4d)}(?=[${at(first)}-${at(first + 3)}])`,
  );
  return { nasal: new RegExp(rows.join("|"), "gu"), anusvara: at(0x02) };
});

/**
 * The text, and with its German and Scandinavian letters as they are written where a keyboard lacks them, and the nasals
 * of Indic scripts as the dot that stands for each of them.
 */
export function spelledOut(text: string): string[] {
  const latin = text
    .normalize("NFC")
    .replace(/[äöüøå]/giu, (letter) => withoutAccent[letter.toLowerCase()] ?? letter);
  const other = NASALS.reduce((rest, { nasal, anusvara }) => rest.replace(nasal, anusvara), latin);
  return other === text ? [text] : [text, other];
}

/** As {@link fold}, with the non-joiners and spaces of the text. */
export function foldLetters(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase().replaceAll("`", "'");
  const visible = text
    .toWellFormed()
    .replace(/(?!\u200c)\p{Default_Ignorable_Code_Point}|[™℠]/gu, "")
    .replace(/[´\u1ffd]/g, "'")
    // Voicing of kana that stands beside its letter: カ゛ is ガ.
    .replaceAll("゛", "\u3099")
    .replaceAll("゜", "\u309a")
    .normalize("NFKD")
    // An iota below is left out, and a non-joiner amid a letter says nothing of words.
    .replace(/\u0345|\u200c+(?=\p{M})/gu, "")
    // Thai as it looks: two เ are แ, and a tone stands above the ring of ำ.
    .replaceAll("เเ", "แ")
    .replace(/(\u0e4d)([\u0e48-\u0e4b])/g, "$2$1");
  return foldCase(visible)
    .normalize("NFKD")
    .replace(/(\P{M}?)(\p{M}*)/gu, (_, base: string, marks: string) => foldCluster(base, marks))
    .replace(/[’‘‛ʼʻʾʿʹ′`׳]/gu, "'")
    .replace(/[«»„“”‟‹›‚״]/gu, '"')
    .replace(/[\p{Pd}−⁃]/gu, "-")
    .normalize("NFC");
}

/**
 * Full case folding: ẞ is lower first, then ß is SS, then both are ss. A dotless ı meets I on the way, and a final ς
 * becomes the σ that it is inside a word. Of և, Armenian capitals are written ԵՎ or ԵՒ.
 */
function foldCase(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ").replaceAll("եւ", "եվ");
}

const LATIN_OR_DIGIT = /^(?:(?=\p{L})\p{Script=Latin}|\p{Nd})$/u;
const ACCENTED = /^[\p{scx=Grek}\p{scx=Copt}\p{scx=Hebr}\p{scx=Armn}\p{scx=Geor}\p{Script=Common}]$/u;
const SEMITIC = /^[\p{Script=Arabic}\p{Script=Syriac}]$/u;

/** A letter of the script with what is left of its marks. */
function foldCluster(base: string, marks: string): string {
  // The Arabic tatweel only makes a word longer.
  if (base === "" || base === "ـ") return "";
  // Signs and spaces have no marks: some of them become a hyphen, or are left out, later on.
  if (!/[\p{L}\p{N}]/u.test(base)) return base;
  if (LATIN_OR_DIGIT.test(base)) return base < "\u0080" ? base : anyAscii(base).toLowerCase() || base;
  if (SEMITIC.test(base)) return sameKey[base] ?? base;
  if (ACCENTED.test(base)) return sameKey[base] ?? base;
  if (/\p{Script=Cyrillic}/u.test(base)) return foldCyrillic(base + marks);
  return (sameKey[base] ?? hiragana(base)) + marks.replace(/\u093c/g, "").replace(/\u0901/g, "\u0902");
}

/** Marks that compose are part of the letter, but for those of ё, ѐ and ѝ; stress marks are not. */
function foldCyrillic(cluster: string): string {
  const [letter = ""] = cluster.normalize("NFC");
  return /[ёѐѝ]/.test(letter) ? (cluster[0] ?? "") : letter;
}

/** Katakana is hiragana. */
function hiragana(letter: string): string {
  return /[ァ-ヶ]/.test(letter) ? String.fromCodePoint((letter.codePointAt(0) ?? 0) - 0x60) : letter;
}

/** Letters that look alike and stand on one keyboard each; Yiddish, Malayalam and Bengali letters with two encodings. */
const sameKey: Readonly<Record<string, string>> = {
  ...{ ى: "ي", ی: "ي", ې: "ي", ک: "ك", ة: "ه", ہ: "ه", ھ: "ه", ۃ: "ه", ە: "ه", ٱ: "ا" },
  ...{ װ: "וו", ױ: "וי", ײ: "יי" },
  ...{ ൺ: "ണ്", ൻ: "ന്", ർ: "ര്", ൽ: "ല്", ൾ: "ള്", ൿ: "ക്", ৎ: "ত্" },
};
