import { toFilter } from "../src/browse/filter.ts";
import { localDate, localText } from "../src/sell/local-time.ts";

// What runs by the clock of a zone (`inZones`), where arguments and results are plain JSON.

/** The text of a field after it was read and written once. */
export function typedAndShown(text: string): string | undefined {
  const date = localDate(text);
  return date && localText(date);
}

/** The seconds of the epoch between which a filter of one day looks. */
export function secondsOfDay(day: string): [number, number] {
  const { startAfter, startBefore } = toFilter({ from: day, to: day });
  return [Number(startAfter?.seconds), Number(startBefore?.seconds)];
}
