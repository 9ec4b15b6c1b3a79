/**
 * Replaces the digits of every script by 0 to 9: "٤٥", "४५" and "４５" all become "45". Each script has its ten digits in
 * a row, from zero (Unicode Standard, section 4.6). A digit's value is therefore its distance from the start of the
 * row.
 */
export function latinDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => String(digitAt(digit.codePointAt(0) ?? 0)));
}

const isDigit = (code: number): boolean => /^\p{Nd}$/u.test(String.fromCodePoint(code));

function digitAt(code: number): number {
  let zero = code;
  while (isDigit(zero - 1)) zero -= 1;
  // Mathematical digits come in five styles, one row directly after the other.
  return (code - zero) % 10;
}
