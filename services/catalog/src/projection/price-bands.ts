import { priceCell } from "./price-cells.ts";

/**
 * Where a price band begins, in minor units of any currency; the first begins at 0. Each begins a cell, so that all prices
 * of a cell are in the same band.
 */
export const BAND_BOUNDS = [2_000, 5_000, 10_000, 20_000, 50_000] as const;

const CELLS = [0, ...BAND_BOUNDS.map(priceCell), Number.MAX_SAFE_INTEGER];

/** The number of the band that holds a cell of prices, from 0. */
export const priceBand = (cell: number): number => CELLS.findLastIndex((first) => first <= cell);

/** The cells of a band: from the first to before the second. */
export const cellsOfBand = (band: number): { from: number; to: number } => ({
  from: CELLS[band] ?? 0,
  to: CELLS[band + 1] ?? Number.MAX_SAFE_INTEGER,
});
