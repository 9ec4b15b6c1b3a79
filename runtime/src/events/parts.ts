import { setImmediate as turn } from "node:timers/promises";

/** What a part may take: nothing else is answered meanwhile. Until all is applied once, nobody asks. */
const PART_MS = { atFirst: 25, later: 2 };
const FEWEST_EVENTS = 4;
/** What else is due is done between two parts, in up to so many turns: a turn that takes no longer brought nothing. */
const MOST_TURNS = 4;
const EMPTY_TURN_MS = 0.2;

/** How many events are applied at once: as many as take a few milliseconds. */
export interface PartSize {
  events(): number;
  /** A part of so many events took so long. */
  took(ms: number, events: number): void;
  /** All was applied once: from now on somebody waits for each part. */
  beServing(): void;
}

export function createPartSize(most: number): PartSize {
  let size = FEWEST_EVENTS;
  let partMs = PART_MS.atFirst;
  return {
    events: () => size,
    took(ms, events) {
      if (ms > partMs) size = Math.max(FEWEST_EVENTS, Math.floor(size / 2));
      else if (events === size) size = Math.min(most, size + Math.ceil(size / 4));
    },
    beServing() {
      if (partMs === PART_MS.later) return;
      partMs = PART_MS.later;
      size = FEWEST_EVENTS;
    },
  };
}

/** Lets the process do what else is due: an answer takes some turns, too. */
export async function giveWay(): Promise<void> {
  for (let n = 0; n < MOST_TURNS; n++) {
    const begun = performance.now();
    await turn();
    if (performance.now() - begun < EMPTY_TURN_MS) return;
  }
}
