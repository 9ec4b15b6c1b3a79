/**
 * How long saving a part may take in ms, and how many events are in hand at most. Who waits for what is due now waits
 * behind a part; until all is applied once, nobody does.
 */
const LIMITS = { atFirst: { ms: 100, events: 4_096 }, later: { ms: 5, events: 512 } };
const FEWEST_EVENTS = 4;

/** How many events are saved at once: as many as take the time that a part may take. */
export interface PartSize {
  events(): number;
  /** So many are in hand at most. */
  most(): number;
  /** Saving so many events took so long. */
  took(ms: number, events: number): void;
  /** All was applied once: from now on somebody waits for each part. */
  beServing(): void;
}

export function createPartSize(): PartSize {
  let size = FEWEST_EVENTS;
  let limits = LIMITS.atFirst;
  return {
    events: () => size,
    most: () => limits.events,
    took(ms, events) {
      if (ms > limits.ms) size = Math.max(FEWEST_EVENTS, Math.floor(size / 2));
      else if (events === size) size = Math.min(limits.events, size + Math.ceil(size / 4));
    },
    beServing() {
      if (limits === LIMITS.later) return;
      limits = LIMITS.later;
      size = FEWEST_EVENTS;
    },
  };
}
