import { toFilter } from "../src/browse/filter.ts";
import { localDate, localText } from "../src/form/local-time.ts";

// The functions that `inZones` runs in a time zone. Arguments and results are plain JSON.

/** The text of a field after it was read and written once. */
export function typedAndShown(text: string): string | undefined {
  const date = localDate(text);
  return date && localText(date);
}

/** The range that a filter of one day covers, in seconds since 1970. */
export function secondsOfDay(day: string): [number, number] {
  const { startAfter, startBefore } = toFilter({ from: day, to: day });
  return [Number(startAfter?.seconds), Number(startBefore?.seconds)];
}
