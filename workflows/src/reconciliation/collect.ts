import type { Drift, DriftName } from "./drift.ts";

/**
 * Whoever holds a record says what of it another record contradicts. A run compares what changed since the last one:
 * what two records differ in is said at either, so that it is seen whichever of them changed last.
 */
export type Found = (kind: DriftName, detail: string, about?: Partial<Drift>) => void;

/** Collects what is found of one record of a source. `about`: what else the record names. */
export function collect(source: Drift["source"], id: string, about: Partial<Drift>) {
  const drift: Drift[] = [];
  const found: Found = (kind, detail, more) => {
    drift.push({ kind, source, id, orderId: "", ticketId: "", intentId: "", ...about, ...more, detail });
  };
  return { drift, found };
}
