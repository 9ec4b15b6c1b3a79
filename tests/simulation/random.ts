/** Numbers from [0, 1), the same for the same seed. */
export type Random = () => number;

/** A generator of 32-bit numbers with a state of 128 bits (Chris Doty-Humphrey's sfc32). */
export function seeded(seed: number): Random {
  let [a, b, c, counter] = [seed | 0, 0x9e3779b9 | 0, 0x243f6a88 | 0, 1];
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 4_294_967_296;
  };
  // Seeds that differ in a bit are far apart after a few rounds.
  for (let n = 0; n < 15; n++) next();
  return next;
}

/** A time that is exponentially distributed around its mean. */
export const exponential = (random: Random, mean: number): number => -mean * Math.log(1 - random());

/** A time from a range, all alike. */
export const uniform = (random: Random, from: number, to: number): number => from + (to - from) * random();
