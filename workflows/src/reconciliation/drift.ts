import type { DriftKind } from "@ticketing/proto/workflows/v1/reconciliation_events";

/** The name of a {@link DriftKind}, as logs and messages show it. */
export type DriftName = Exclude<keyof typeof DriftKind, "UNSPECIFIED">;

/** The records that are compared: each kind is walked through, and each difference belongs to one of them. */
export const sources = ["orders", "tickets", "payments", "intents"] as const;
export type Source = (typeof sources)[number];

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

/** Two sightings of one difference have the same key, also when one is seen at the order and one at its payment. */
export function driftKey({ kind, source, orderId, ticketId, intentId }: Drift): string {
  // Order and payment have one id, and each has events of its own.
  const of = kind === "EVENTS_UNPUBLISHED" ? source : "";
  return [kind, of, orderId, ticketId, intentId].join(" ");
}
