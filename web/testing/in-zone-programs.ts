import { toFilter } from "../src/browse/filter.ts";
import { localText } from "../src/sell/local-time.ts";

/** What runs in a process of a zone (`inZone`), where arguments and results are plain JSON. */

export const localTextOf = (iso: string): string => localText(new Date(iso));

/** The seconds of the epoch between which a filter of one day looks. */
export function secondsOfDay(day: string): [number, number] {
  const { startAfter, startBefore } = toFilter({ from: day, to: day });
  return [Number(startAfter?.seconds), Number(startBefore?.seconds)];
}
