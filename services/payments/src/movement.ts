import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { isOneOf, type Payment } from "./payment.ts";
import { disputesOf } from "./payment-disputes.ts";

/** What moves the platform's balance because of a payment. */
export type MovementKind = "charge" | "refund" | "refund_failure" | "dispute" | "dispute_reversal";

/** A movement of the platform's balance, as one of the two sides has it. */
export interface Movement {
  kind: MovementKind;
  /** Stripe's id of the refund or the dispute; of a charge, which each payment has one of, empty. */
  of: string;
}

/** A movement that a payment tells of. */
export interface BookedMovement extends Movement {
  /** What the balance gains by it, in minor units of the payment's currency; absent where only Stripe knows. */
  amount?: number;
  /** Stripe may move the money later, or never. */
  mayCome?: true;
}

/** A movement that Stripe shows. */
export interface ShownMovement extends Movement {
  amount: number;
  /** ISO 4217 code, upper case. */
  currency: string;
}

const { CAPTURED, REFUNDED, REFUND_PENDING, REFUND_FAILED } = PaymentStatus;

/** Whether the buyer's money was taken. */
export const isTaken = (payment: Payment): boolean =>
  isOneOf(payment, CAPTURED, REFUNDED, REFUND_PENDING, REFUND_FAILED);

/** Statuses of a dispute that has taken nothing: https://docs.stripe.com/disputes/how-disputes-work#inquiries */
const isInquiry = (status = ""): boolean => status.startsWith("warning_") || status === "prevented";

/**
 * What has moved the balance, as the payment has it. Each follows from one fact of the payment and is known by its kind and
 * by the id of what moved the money.
 */
export function bookedMovements(payment: Payment): BookedMovement[] {
  if (!isTaken(payment)) return [];
  const refunds = (payment.refunds ?? []).flatMap(({ id, amount, status, reason }): BookedMovement[] => {
    // What was canceled may never have moved anything.
    const mayCome = status === "underway" || reason === "canceled";
    return [
      { kind: "refund", of: id, amount: -amount, ...(mayCome && { mayCome }) },
      ...(status === "failed"
        ? [{ kind: "refund_failure" as const, of: id, amount, ...(mayCome && { mayCome }) }]
        : []),
    ];
  });
  const disputes = disputesOf(payment).flatMap(({ id, outcome, shown }): BookedMovement[] => {
    if (id === undefined || outcome === "warning_closed" || isInquiry(shown?.status)) return [];
    const amount = shown?.amount.minorUnits;
    return [
      { kind: "dispute", of: id, ...(amount !== undefined && { amount: -amount }) },
      ...(outcome === "won"
        ? [{ kind: "dispute_reversal" as const, of: id, ...(amount !== undefined && { amount }) }]
        : []),
    ];
  });
  return [{ kind: "charge", of: "", amount: payment.amount.minorUnits }, ...refunds, ...disputes];
}

const isSame = (a: Movement, b: Movement): boolean => a.kind === b.kind && a.of === b.of;

/** How a movement is called, in words for a person. */
export const nameOf = ({ kind, of }: Movement): string => `${kind.replace("_", " ")} ${of}`.trim();

/** What a payment does not say of a movement that Stripe shows, or says otherwise; in words for a person. */
export function compareMovement(
  payment: Payment,
  shown: ShownMovement,
): { unbooked: string; differences: string[] } {
  const booked = bookedMovements(payment).find((each) => isSame(each, shown));
  const size = `${shown.amount} ${shown.currency}`;
  if (!booked) {
    const status = PaymentStatus[payment.status];
    return { unbooked: `the payment is ${status} and has no ${nameOf(shown)} of ${size}`, differences: [] };
  }
  const { currency } = payment.amount;
  const { amount = shown.amount } = booked;
  const isEqual = amount === shown.amount && currency === shown.currency;
  const differs = `the provider moved ${size} by the ${nameOf(shown)}, the payment says ${amount} ${currency}`;
  return { unbooked: "", differences: isEqual ? [] : [differs] };
}

/** What a payment tells of and Stripe does not show, in words for a person. */
export function missingMovements(payment: Payment, shown: readonly Movement[]): string[] {
  const { currency } = payment.amount;
  return bookedMovements(payment)
    .filter((booked) => !booked.mayCome && !shown.some((each) => isSame(booked, each)))
    .map((each) => `the provider has no ${nameOf(each)} of ${each.amount ?? "some"} ${currency}`);
}
