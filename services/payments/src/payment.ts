import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { type Aggregate, amend } from "@ticketing/runtime/documents/transition";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Money } from "@ticketing/runtime/values/money";
import { type Decline, speaksOfCard } from "./decline-limit.ts";
import type { Dispute, NotedEnd } from "./disputes.ts";
import type { OrderToPay } from "./order-to-pay.ts";
import type { PartRefund } from "./part-refunds.ts";
import { advance, begin, type PaymentTransitionType } from "./payment-transitions.ts";
import type { Refund } from "./refunds.ts";
import { withoutFailures } from "./stripe-attempts.ts";

/** What is asked of Stripe with an idempotency key. */
export type StripeAction = "create" | "capture" | "cancel" | "refund";

/** The money of one order. `_id` is the order's id. */
export interface Payment extends Aggregate<PaymentTransitionType> {
  buyerId: string;
  amount: Money;
  status: PaymentStatus;
  intentId?: string;
  /** The mesh that the PaymentIntent was made by; absent on those from before meshes had ids. */
  meshId?: string;
  /** The refund that gives, or last failed to give, the money back. */
  refundId?: string;
  /** What Stripe ever showed of its refunds, oldest first. Absent before the first. */
  refunds?: Refund[];
  /** Parts of the money that were asked back while the sale stands, in no order. Absent before the first. */
  parts?: PartRefund[];
  /** Stripe's latest definite no; gone once that action has succeeded. */
  refusal?: { action: StripeAction; code: string; time: Date };
  /** When the charge was created that holds or held the money, by Stripe's clock. */
  authorizedTime?: Date;
  declines: number;
  /** Stripe's ids of the declines counted, so that each counts once. The newest of them. */
  declineEventIds: string[];
  lastDeclineCode?: string;
  /** When cards were declined, by Stripe's clock, for a limit over all of a buyer's payments. The newest of them. */
  declineTimes?: Date[];
  lastDeclineTime?: Date;
  /** When opening it first failed through no fault of the buyer's, before a client secret was handed out. */
  startFailedTime?: Date;
  /** When a client secret was first handed out, which is the buyer's way to pay. */
  clientSecretTime?: Date;
  /** No attempt may begin any more, and what is held is to be released. */
  voidRequestedTime?: Date;
  /** What Stripe ever showed of disputes of its charge. Absent before the first, and of those that earlier releases noted. */
  disputes?: readonly Dispute[];
  disputedTime?: Date;
  /** How the dispute ended; absent while one is open. */
  disputeClosed?: NotedEnd;
  /** The number in the idempotency key of each action. */
  attempts: Record<StripeAction, number>;
  /** Since when looks at Stripe show nothing of an action although it was asked for with the current key. */
  unknownSince?: Partial<Record<StripeAction, Date>>;
  createTime: Date;
}

/** A PaymentIntent that was made for a payment. */
export interface MadeIntent {
  intentId: string;
  /** The mesh that it was made by. */
  meshId: string;
  withSecret: boolean;
}

const KEPT_DECLINES = 50;
const { REQUIRES_PAYMENT, AUTHORIZED, CAPTURED, VOIDED, FAILED, REFUNDED, REFUND_PENDING, REFUND_FAILED } =
  PaymentStatus;

/** A payment begins; nothing is known of what was asked of Stripe for it. */
export function start(order: OrderToPay, now: Date): Payment {
  return begin(begun(order, REQUIRES_PAYMENT, now), { case: "paymentStarted", value: {} }, now);
}

/** A payment that is given up before it was started: a later StartPayment finds it and is refused. */
export function startVoided(order: OrderToPay, now: Date): Payment {
  const payment = { ...begun(order, VOIDED, now), voidRequestedTime: now };
  return begin(payment, { case: "paymentVoided", value: {} }, now);
}

const begun = (order: OrderToPay, status: PaymentStatus, now: Date) => ({
  _id: order.id,
  buyerId: order.buyerId,
  amount: order.price,
  status,
  declines: 0,
  declineEventIds: [],
  attempts: { create: 1, capture: 1, cancel: 1, refund: 1 },
  createTime: now,
});

/** Throws PAYMENT_REFUSED for a payment that Stripe does not take, PAYMENT_VOIDED for one that is given up. */
export function requireOpen(payment: Payment): Payment {
  if (payment.refusal?.action === "create") throw paymentRefused(payment.refusal.code);
  if (payment.voidRequestedTime || payment.status === VOIDED || payment.status === FAILED) {
    throw new DomainError("PAYMENT_VOIDED", "this payment is given up");
  }
  return payment;
}

/** The error for the buyer when Stripe accepts no payment for the order. */
export const paymentRefused = (stripeCode: string): DomainError =>
  new DomainError("PAYMENT_REFUSED", "the payment provider takes no payment for this order", { stripeCode });

/** It could not be opened, through no fault of the buyer's; noted once, and not once the buyer has a way to pay. */
export function startFailed(payment: Payment, now: Date): Payment {
  if (payment.startFailedTime || payment.clientSecretTime) return payment;
  return amend(payment, { startFailedTime: now }, now);
}

/** The buyer gets its client secret; noted once. */
export function secretHandedOut(payment: Payment, now: Date): Payment {
  if (payment.clientSecretTime) return payment;
  return amend(payment, { clientSecretTime: now }, now);
}

/** A payment that begins with its first PaymentIntent, in one write. */
export const startWith = (started: Payment, made: MadeIntent, now: Date): Payment => ({
  ...started,
  ...intentOf(made, now),
});

const intentOf = ({ intentId, meshId, withSecret }: MadeIntent, now: Date): Partial<Payment> => ({
  intentId,
  meshId,
  ...(withSecret && { clientSecretTime: now }),
});

/**
 * The PaymentIntent is ours; `withSecret`: its client secret is known, and handed out once this is saved. Throws
 * PAYMENT_VOIDED or PAYMENT_REFUSED when the payment was given up meanwhile, INTENT_EXISTS when it has another one:
 * cancel it then.
 */
export function attachIntent(payment: Payment, made: MadeIntent, now: Date): Payment {
  const { intentId, withSecret } = made;
  requireOpen(payment);
  if (payment.intentId === intentId) return withSecret ? secretHandedOut(payment, now) : payment;
  if (payment.intentId) throw new DomainError("INTENT_EXISTS", "this payment has another PaymentIntent");
  return amend(payment, { ...withoutFailures(payment, "create"), ...intentOf(made, now) }, now);
}

/** Whether the payment stands at one of these. */
export const isOneOf = (payment: Payment, ...statuses: PaymentStatus[]): boolean =>
  statuses.includes(payment.status);

/** Stripe refused for good to make the payment, or to take what was held. */
export function fail(payment: Payment, action: "create" | "capture", code: string, now: Date): Payment {
  if (!isOneOf(payment, REQUIRES_PAYMENT, AUTHORIZED)) return payment;
  // Another call has made it meanwhile.
  if (action === "create" && payment.intentId) return payment;
  const changes = { status: FAILED, refusal: { action, code, time: now } };
  return advance(payment, { case: "paymentFailed", value: {} }, now, changes);
}

/** An attempt was declined; counted once per event of Stripe's, and only when it says something of the card. */
export function recordDecline(payment: Payment, decline: Decline, now: Date): Payment {
  if (payment.declineEventIds.includes(decline.eventId)) return payment;
  const declined = { case: "paymentDeclined", value: { code: decline.code } } as const;
  const noted = {
    declineEventIds: [...payment.declineEventIds, decline.eventId].slice(-KEPT_DECLINES),
    lastDeclineCode: decline.code,
  };
  if (!speaksOfCard(decline)) return advance(payment, declined, now, noted);
  const times = [...(payment.declineTimes ?? []), decline.time].slice(-KEPT_DECLINES);
  return advance(payment, declined, now, {
    ...noted,
    declines: payment.declines + 1,
    declineTimes: times,
    lastDeclineTime: new Date(Math.max(...times.map((time) => time.getTime()))),
  });
}

/** The payment is to be given up. One without a PaymentIntent is voided at once. Throws ALREADY_CAPTURED. */
export function requestVoid(payment: Payment, now: Date): Payment {
  if (payment.voidRequestedTime) return payment;
  if (isOneOf(payment, CAPTURED, REFUNDED, REFUND_PENDING, REFUND_FAILED))
    throw new DomainError("ALREADY_CAPTURED", "the money was taken already");
  if (payment.intentId) return amend(payment, { voidRequestedTime: now }, now);
  const changes = { voidRequestedTime: now, status: VOIDED };
  return advance(payment, { case: "paymentVoided", value: {} }, now, changes);
}
