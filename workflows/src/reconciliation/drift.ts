import type { DriftKind } from "@ticketing/proto/workflows/v1/reconciliation_events";

/** The name of a {@link DriftKind}, as logs and messages show it. */
export type DriftName = Exclude<keyof typeof DriftKind, "UNSPECIFIED">;

/** The records that are compared: each kind is walked through, and each difference belongs to one of them. */
export const sources = [
  "orders",
  "tickets",
  "payments",
  "intents",
  "earnings",
  "movements",
  "charges",
] as const;
export type Source = (typeof sources)[number];

/**
 * Those that only a full pass walks through: the provider is asked for each of them, and what it has shows already where
 * its own movements are walked through.
 */
export const rareSources: readonly Source[] = ["charges"];

/** A difference between services. Plain data: a workflow keeps it. */
export interface Drift {
  kind: DriftName;
  source: Source;
  /** The id of the source's record that shows it. */
  id: string;
  orderId: string;
  ticketId: string;
  intentId: string;
  detail: string;
}

/** What a run could not compare: one record, or with an empty id the rest of its source. Plain data. */
export interface Skipped {
  source: Source;
  id: string;
  reason: string;
}

/** Whether a record can be asked for by this id: see RecordSelection. */
export const isId = (id: string): boolean => id.length >= 1 && id.length <= 100;

/** Two sightings of one difference have the same key, also when one is seen at the order and one at its payment. */
export function driftKey({ kind, source, id, orderId, ticketId, intentId }: Drift): string {
  // Order and payment have one id, and each has events and faults of its own.
  const of = kind === "EVENTS_UNPUBLISHED" || kind === "RECORD_INVALID" ? source : "";
  // Several movements of the balance belong to one order.
  const one = source === "movements" ? id : of;
  return [kind, one, orderId, ticketId, intentId].join(" ");
}

/** Each difference once. */
export function unique(drift: Drift[]): Drift[] {
  return [...new Map(drift.map((each) => [driftKey(each), each])).values()];
}
