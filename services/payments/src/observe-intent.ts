import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { amend } from "@ticketing/runtime/documents/transition";
import { isOneOf, type Payment, type StripeAction } from "./payment.ts";
import { advance, type PaymentTransition } from "./payment-transitions.ts";
import {
  isPart,
  madeByHand,
  mergeRefunds,
  type Refund,
  type Standing,
  sameRefunds,
  standingOf,
} from "./refunds.ts";
import { idempotencyKey, withNextKey, withoutFailures } from "./stripe-attempts.ts";

/** A PaymentIntent as Stripe shows it, in our words. */
export interface IntentSnapshot {
  id: string;
  status: "open" | "requires_capture" | "succeeded" | "canceled";
  /** When its latest charge was created; only a fetch shows it. */
  chargeTime?: Date;
  /** Its latest charge; only a fetch shows it. `disputed`: it is, or was. */
  charge?: { id: string; disputed: boolean };
  /** Minor units. */
  amountReceived: number;
  /** Only a fetch shows them. */
  refunds: Refund[];
}

const { REQUIRES_PAYMENT, AUTHORIZED, CAPTURED, VOIDED, FAILED, REFUNDED, REFUND_PENDING, REFUND_FAILED } =
  PaymentStatus;

/**
 * Takes note of what Stripe says. Status only moves forward: an old snapshot changes nothing. A PaymentIntent
 * that was canceled without our asking lost its hold: FAILED.
 */
export function observe(payment: Payment, intent: IntentSnapshot, now: Date): Payment {
  if (intent.id !== payment.intentId) return payment;
  const authorizedTime = payment.authorizedTime ?? intent.chargeTime;
  if (intent.status === "succeeded") return observeTaken(payment, intent, now);
  if (intent.status === "requires_capture" && isOneOf(payment, REQUIRES_PAYMENT)) {
    const authorized = { status: AUTHORIZED, authorizedTime };
    return advance(payment, { case: "paymentAuthorized", value: {} }, now, authorized);
  }
  if (intent.status === "canceled" && payment.voidRequestedTime) {
    if (!isOneOf(payment, REQUIRES_PAYMENT, AUTHORIZED, FAILED)) return payment;
    const changes = { ...withoutFailures(payment, "cancel"), status: VOIDED };
    return advance(payment, { case: "paymentVoided", value: {} }, now, changes);
  }
  if (intent.status === "canceled" && isOneOf(payment, REQUIRES_PAYMENT, AUTHORIZED)) {
    return advance(payment, { case: "paymentFailed", value: {} }, now, { status: FAILED });
  }
  return payment;
}

/**
 * Whether the answer to an action shows by itself that it was done: to this payment's PaymentIntent and, of a capture,
 * for the whole amount. What any other answer means has to be fetched.
 */
export function showsDone(payment: Payment, action: StripeAction, answer: IntentSnapshot): boolean {
  if (answer.id !== payment.intentId) return false;
  if (action === "cancel") return answer.status === "canceled";
  const isTaken = answer.status === "succeeded" && answer.amountReceived === payment.amount.minorUnits;
  return action === "capture" && isTaken;
}

/**
 * Whether a message that shows its PaymentIntent so says only what the payment shows. Never while something that was
 * given up is still to be released: each message is an occasion for that.
 */
export const isKnown = (payment: Payment, shown: IntentSnapshot, now: Date): boolean =>
  observe(payment, shown, now) === payment && !isToRelease(payment);

const isToRelease = (payment: Payment): boolean =>
  payment.voidRequestedTime !== undefined && isOneOf(payment, REQUIRES_PAYMENT, AUTHORIZED, FAILED, CAPTURED);

/** How a refund's standing shows in the payment. */
const refunded = { underway: REFUND_PENDING, succeeded: REFUNDED, failed: REFUND_FAILED } as const;

/** What it is to others that a refund came to a standing. */
function refundTransition({ outcome, refund }: Standing): PaymentTransition {
  if (outcome === "underway") return { case: "paymentRefundPending", value: {} };
  if (outcome === "succeeded") return { case: "paymentRefunded", value: {} };
  return { case: "paymentRefundFailed", value: { reason: refund.reason ?? "unknown" } };
}

/** The money was taken: from then on only what becomes of its refunds is news. */
function observeTaken(payment: Payment, intent: IntentSnapshot, now: Date): Payment {
  const known = payment.refunds ?? [];
  const refunds = mergeRefunds(known, intent.refunds);
  const wasAllAsked = isOneOf(payment, REFUND_PENDING, REFUNDED, REFUND_FAILED);
  const standing = standingOf(refunds, intent.amountReceived, wasAllAsked);
  const noted = {
    ...withoutFailures(payment, "capture"),
    ...keyAfterRefunds(payment, refunds),
    authorizedTime: payment.authorizedTime ?? intent.chargeTime,
    refunds,
  };
  const told = toldApart(known, refunds).reduce(
    (before, one) => advance(before, apartTransition(one), now, noted),
    payment,
  );
  if (standing) {
    const status = refunded[standing.outcome];
    const refundId = standing.refund.id;
    if (status !== payment.status || refundId !== payment.refundId) {
      return advance(told, refundTransition(standing), now, { ...noted, status, refundId });
    }
  } else if (isOneOf(payment, REQUIRES_PAYMENT, AUTHORIZED, FAILED)) {
    return advance(told, { case: "paymentCaptured", value: {} }, now, { ...noted, status: CAPTURED });
  }
  if (told !== payment || sameRefunds(known, refunds)) return told;
  return amend(payment, noted, now);
}

/** Of refunds of parts, and of those that somebody made past this service, those that are new or came to something else. */
const toldApart = (known: readonly Refund[], refunds: readonly Refund[]): Refund[] =>
  [...madeByHand(refunds), ...refunds.filter(isPart)].filter(
    (one) => !known.some(({ id, status }) => id === one.id && status === one.status),
  );

/** What it is to others that such a refund is new, or came to something else. */
const apartTransition = ({ id: providerRefundId, operationId }: Refund): PaymentTransition =>
  operationId
    ? { case: "paymentPartRefunded", value: { providerRefundId } }
    : { case: "paymentManuallyRefunded", value: { providerRefundId } };

/** A key whose refund has failed would only be told of that refund again; one whose refund stands has no failures. */
function keyAfterRefunds(payment: Payment, refunds: Refund[]): Partial<Payment> {
  const key = idempotencyKey(payment, "refund");
  const failedBefore = payment.refunds?.filter(({ status }) => status === "failed").map(({ id }) => id) ?? [];
  const failed = refunds.filter(({ id, status }) => status === "failed" && !failedBefore.includes(id));
  if (failed.some(({ operationId }) => (operationId ?? key) === key)) return withNextKey(payment, "refund");
  return refunds.some(({ operationId }) => operationId === key) ? withoutFailures(payment, "refund") : {};
}
