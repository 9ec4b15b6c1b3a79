/** The parts of ASN.1's distinguished encoding (X.690) that a certificate is written in. */
export const sequence = (...parts: Buffer[]): Buffer => element(0x30, ...parts);
export const set = (...parts: Buffer[]): Buffer => element(0x31, ...parts);
export const octets = (content: Buffer): Buffer => element(0x04, content);
/** Bits that fill whole bytes. */
export const bits = (content: Buffer): Buffer => element(0x03, Buffer.of(0), content);
export const text = (content: string): Buffer => element(0x0c, Buffer.from(content));
export const TRUE = element(0x01, Buffer.of(0xff));

/** A context-specific element, identified by its number alone; `constructed` if it contains elements. */
export const tagged = (number: number, constructed: boolean, ...parts: Buffer[]): Buffer =>
  element((constructed ? 0xa0 : 0x80) | number, ...parts);

/** A whole number from its bytes; with the highest bit set it would be negative. */
export const integer = (bytes: Buffer): Buffer =>
  element(0x02, (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);

/** `2.5.29.17` */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return element(0x06, Buffer.from([40 * first + second, ...rest.flatMap(base128)]));
}

/** A moment, to the second. Until 2049 certificates write two digits of the year. */
export function time(moment: Date): Buffer {
  const digits = moment.toISOString().replace(/\.\d+|[-:T]/g, "");
  return moment.getUTCFullYear() < 2050
    ? element(0x17, Buffer.from(digits.slice(2)))
    : element(0x18, Buffer.from(digits));
}

function element(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const bytes = length < 0x100 ? [length] : [length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, 0x80 | bytes.length, ...bytes), content]);
}

function base128(number: number): number[] {
  const groups = [number & 0x7f];
  for (let rest = number >> 7; rest > 0; rest >>= 7) groups.unshift(0x80 | (rest & 0x7f));
  return groups;
}
