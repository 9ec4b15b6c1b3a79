/**
 * The prices of all currencies in narrow cells, by which they are counted: so narrow that a few of them together make
 * the bars of a histogram, and that 1, 2 and 5 times each power of ten begin one. Up to 9 minor units each price is a cell
 * of its own; from there each power of ten has 35 cells.
 */
const SINGLE = 10;
const STEPS = [
  { from: 10, step: 1 },
  { from: 20, step: 2 },
  { from: 50, step: 5 },
] as const;
/** The first two digits with which the cells of a power of ten begin: 10, 11, … 20, 22, … 50, 55, … 95. */
const LEADS = STEPS.flatMap(({ from, step }, n) =>
  Array.from({ length: ((STEPS[n + 1]?.from ?? 100) - from) / step }, (_, k) => from + k * step),
);

/** The cell of a price in minor units, a number that rises with the price. */
export function priceCell(price: number): number {
  if (price < SINGLE) return price;
  let unit = 1;
  let power = 0;
  while (price >= unit * 100) [unit, power] = [unit * 10, power + 1];
  const lead = Math.floor(price / unit);
  return SINGLE + power * LEADS.length + LEADS.findLastIndex((from) => from <= lead);
}

/** The first price of a cell, in minor units. */
export function firstPriceOf(cell: number): number {
  if (cell < SINGLE) return cell;
  const power = Math.floor((cell - SINGLE) / LEADS.length);
  return Number(LEADS[(cell - SINGLE) % LEADS.length]) * 10 ** power;
}
