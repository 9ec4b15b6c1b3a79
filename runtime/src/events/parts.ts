/** What saving a part may take. Who waits for what is due now waits behind a part; until all is applied once, nobody does. */
const PART_MS = { atFirst: 100, later: 5 };
const FEWEST_EVENTS = 4;

/** How many events are saved at once: as many as take a few milliseconds. */
export interface PartSize {
  events(): number;
  /** Saving so many events took so long. */
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
