import { Code } from "@connectrpc/connect";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import type { Reason } from "@ticketing/proto/reason";
import { type Aggregate, advance, born } from "@ticketing/runtime/document-store";
import { DomainError } from "@ticketing/runtime/domain-error";

/** Integer minor units and an ISO 4217 currency. */
export interface Money {
  minorUnits: number;
  currency: string;
}

/** What is asked of Stripe with an idempotency key. */
export type StripeAction = "create" | "capture" | "cancel" | "refund";

/** The money of one order. `_id` is the order's id. */
export interface Payment extends Aggregate {
  buyerId: string;
  amount: Money;
  status: PaymentStatus;
  intentId?: string;
  /** The mesh that the PaymentIntent was made by; absent on those from before meshes had ids. */
  meshId?: string;
  refundId?: string;
  /** When the charge was created that holds or held the money, by Stripe's clock. */
  authorizedTime?: Date;
  declines: number;
  /** Stripe's ids of the declines counted, so that each counts once. The newest of them. */
  declineEventIds: string[];
  lastDeclineCode?: string;
  /** No attempt may begin any more, and what is held is to be released. */
  voidRequestedTime?: Date;
  disputedTime?: Date;
  /** The number in the idempotency key of each action. */
  attempts: Record<StripeAction, number>;
  createTime: Date;
}

/** A PaymentIntent as fetched: what Stripe says, in our words. */
export interface IntentSnapshot {
  id: string;
  status: "open" | "requires_capture" | "succeeded" | "canceled";
  /** When its latest charge was created. */
  chargeTime?: Date;
  /** Set when the whole amount went back. */
  refundId?: string;
}

const KEPT_DECLINES = 50;
const { REQUIRES_PAYMENT, AUTHORIZED, CAPTURED, VOIDED, FAILED, REFUNDED } = PaymentStatus;

const refuse = (reason: Reason, message: string, metadata?: Record<string, string>) =>
  new DomainError(Code.FailedPrecondition, reason, message, metadata);

/** A payment begins; nothing was asked of Stripe yet. */
export function start(order: { id: string; buyerId: string; price: Money }, now: Date): Payment {
  return born(begun(order, REQUIRES_PAYMENT, now), { type: "payment_started", time: now });
}

/** A payment that is given up before it ever began: whoever tries to start it finds this. */
export function startVoided(order: { id: string; buyerId: string; price: Money }, now: Date): Payment {
  const payment = { ...begun(order, VOIDED, now), voidRequestedTime: now };
  return born(payment, { type: "payment_voided", time: now });
}

const begun = (order: { id: string; buyerId: string; price: Money }, status: PaymentStatus, now: Date) => ({
  _id: order.id,
  buyerId: order.buyerId,
  amount: order.price,
  status,
  declines: 0,
  declineEventIds: [],
  attempts: { create: 1, capture: 1, cancel: 1, refund: 1 },
  createTime: now,
});

/** Throws PAYMENT_VOIDED for a payment that is given up. */
export function requireOpen(payment: Payment): Payment {
  if (payment.voidRequestedTime || payment.status === VOIDED || payment.status === FAILED) {
    throw refuse("PAYMENT_VOIDED", "this payment is given up");
  }
  return payment;
}

/** The PaymentIntent is ours. Throws PAYMENT_VOIDED when the payment was given up meanwhile: cancel it then. */
export function attachIntent(
  payment: Payment,
  { intentId, meshId }: { intentId: string; meshId: string },
  now: Date,
): Payment {
  requireOpen(payment);
  if (payment.intentId === intentId) return payment;
  if (payment.intentId) throw refuse("INTENT_EXISTS", "this payment has another PaymentIntent");
  return advance(payment, { type: "payment_updated", time: now }, { intentId, meshId });
}

const atMost = (payment: Payment, ...statuses: PaymentStatus[]) => statuses.includes(payment.status);

/**
 * Takes note of what Stripe says. Status only moves forward: an old snapshot changes nothing. A PaymentIntent
 * that was canceled without our asking lost its hold: FAILED.
 */
export function observe(payment: Payment, intent: IntentSnapshot, now: Date): Payment {
  if (intent.id !== payment.intentId) return payment;
  const authorizedTime = payment.authorizedTime ?? intent.chargeTime;
  if (intent.refundId && payment.status !== REFUNDED) {
    const changes = { status: REFUNDED, refundId: intent.refundId, authorizedTime };
    return advance(payment, { type: "payment_refunded", time: now }, changes);
  }
  if (intent.status === "succeeded" && atMost(payment, REQUIRES_PAYMENT, AUTHORIZED, FAILED)) {
    return advance(payment, { type: "payment_captured", time: now }, { status: CAPTURED, authorizedTime });
  }
  if (intent.status === "requires_capture" && atMost(payment, REQUIRES_PAYMENT)) {
    return advance(
      payment,
      { type: "payment_authorized", time: now },
      { status: AUTHORIZED, authorizedTime },
    );
  }
  if (intent.status === "canceled" && payment.voidRequestedTime) {
    if (!atMost(payment, REQUIRES_PAYMENT, AUTHORIZED, FAILED)) return payment;
    return advance(payment, { type: "payment_voided", time: now }, { status: VOIDED });
  }
  if (intent.status === "canceled" && atMost(payment, REQUIRES_PAYMENT, AUTHORIZED))
    return fail(payment, now);
  return payment;
}

/** The hold was refused for good at capture. */
export function fail(payment: Payment, now: Date): Payment {
  if (!atMost(payment, REQUIRES_PAYMENT, AUTHORIZED)) return payment;
  return advance(payment, { type: "payment_failed", time: now }, { status: FAILED });
}

/** An attempt was declined; counted once per event of Stripe's. */
export function recordDecline(
  payment: Payment,
  decline: { eventId: string; code: string },
  now: Date,
): Payment {
  if (payment.declineEventIds.includes(decline.eventId)) return payment;
  const step = { type: "payment_declined", time: now, data: { code: decline.code } };
  return advance(payment, step, {
    declines: payment.declines + 1,
    declineEventIds: [...payment.declineEventIds, decline.eventId].slice(-KEPT_DECLINES),
    lastDeclineCode: decline.code,
  });
}

/** The payment is to be given up. Without a PaymentIntent it is, at once. Throws ALREADY_CAPTURED. */
export function requestVoid(payment: Payment, now: Date): Payment {
  if (payment.voidRequestedTime) return payment;
  if (atMost(payment, CAPTURED, REFUNDED)) throw refuse("ALREADY_CAPTURED", "the money was taken already");
  if (payment.intentId) {
    return advance(payment, { type: "payment_updated", time: now }, { voidRequestedTime: now });
  }
  const changes = { voidRequestedTime: now, status: VOIDED };
  return advance(payment, { type: "payment_voided", time: now }, changes);
}

/** Stripe failed at an action and a fetch showed that nothing happened: the next try needs another key. */
export function advanceAttempt(payment: Payment, action: StripeAction, now: Date): Payment {
  const attempts = { ...payment.attempts, [action]: payment.attempts[action] + 1 };
  return advance(payment, { type: "payment_updated", time: now }, { attempts });
}

/** A cardholder's bank disputes the charge. */
export function dispute(payment: Payment, now: Date): Payment {
  if (payment.disputedTime) return payment;
  return advance(payment, { type: "payment_disputed", time: now }, { disputedTime: now });
}

/** The idempotency key of an action: the same for every repeat until Stripe is known to have failed at it. */
export const idempotencyKey = (payment: Payment, action: StripeAction): string =>
  `${payment._id}:${action}:${payment.attempts[action]}`;
