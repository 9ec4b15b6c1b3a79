import { toFilter } from "../src/browse/filter.ts";

// The functions that `inZones` runs in a time zone. Arguments and results are plain JSON.

/** The range that a filter of one day covers, in seconds since 1970. */
export function secondsOfDay(day: string): [number, number] {
  const { startAfter, startBefore } = toFilter({ from: day, to: day });
  return [Number(startAfter?.seconds), Number(startBefore?.seconds)];
}
