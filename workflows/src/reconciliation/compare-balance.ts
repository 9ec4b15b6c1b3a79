import type { ChargeRecord } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import {
  MovementKind,
  type MovementRecord,
} from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import type {
  BookedMovement,
  EarningRecord,
} from "@ticketing/proto/payouts/internal/v1/payout_lifecycle_service";
import { collect } from "./collect.ts";
import type { Drift } from "./drift.ts";

/** What payouts found of an earning's books beside Stripe. */
export function compareEarning({ earning, differences, unpublished }: EarningRecord): Drift[] {
  if (!earning) return [];
  const { drift, found } = collect("earnings", earning.id, { orderId: earning.id });
  if (differences.length > 0) found("BOOKS_DIFFER", differences.join("; "));
  if (unpublished) found("EVENTS_UNPUBLISHED", "of an earning");
  return drift;
}

/** Whether payouts would have it in an earning's books. */
export const isOfSeller = ({ kind }: MovementRecord): boolean =>
  kind === MovementKind.TRANSFER || kind === MovementKind.TRANSFER_REVERSAL;

/** A movement of the balance at Stripe beside the books of its order's earning, or what payments found of it. */
export function compareMovement(record: MovementRecord, booked: readonly BookedMovement[]): Drift[] {
  const { id, orderId, amount, currency, unbooked, differences } = record;
  const { drift, found } = collect("movements", id, { orderId, intentId: record.providerPaymentId });
  const said = `${MovementKind[record.kind]} ${record.providerObjectId} of ${amount} ${currency}`;
  if (unbooked !== "") found("BALANCE_UNBOOKED", `${said}: ${unbooked}`);
  else if (isOfSeller(record)) {
    const entry = booked.find(({ providerObjectId }) => providerObjectId === record.providerObjectId);
    if (!entry) found("BALANCE_UNBOOKED", `${said}: the books of the earning have no such entry`);
    else if (entry.amount !== amount || entry.currency !== currency) {
      found("BALANCE_DIFFERS", `${said}: the books say ${entry.amount} ${entry.currency}`);
    }
  }
  if (differences.length > 0) found("BALANCE_DIFFERS", `${said}: ${differences.join("; ")}`);
  return drift;
}

/** What payments found that a payment says and Stripe's balance does not have. */
export function compareCharge({ orderId, missing }: ChargeRecord): Drift[] {
  const { drift, found } = collect("charges", orderId, { orderId });
  if (missing.length > 0) found("BALANCE_MISSING", missing.join("; "));
  return drift;
}
