/**
 * The digits of every script in a text as 0 to 9: "٤٥", "४५" and "４５" are all "45". The blocks of decimal digits hold ten
 * in a row, from zero (Unicode, Standard section 4.6), so that a digit's value is its distance from the first one before
 * which there is none.
 */
export function latinDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => String(digitAt(digit.codePointAt(0) ?? 0)));
}

const isDigit = (code: number): boolean => /^\p{Nd}$/u.test(String.fromCodePoint(code));

function digitAt(code: number): number {
  let zero = code;
  while (isDigit(zero - 1)) zero -= 1;
  // Mathematical digits follow each other in five styles.
  return (code - zero) % 10;
}
