import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";

/** What the checkout shows. Of an order that ended, how. */
export type Phase =
  | "pay"
  /** Paid, as far as Stripe says; the order is about to complete. */
  | "confirming"
  /** The deadline passed; the order is about to end. */
  | "time-up"
  /** The buyer, or Stripe, gave the payment up; the order is about to end. */
  | "ending"
  | "complete"
  | "cancelled"
  | "expired"
  | "refunded";

const ended: Partial<Record<OrderStatus, Phase>> = {
  [OrderStatus.COMPLETE]: "complete",
  [OrderStatus.CANCELLED]: "cancelled",
  [OrderStatus.EXPIRED]: "expired",
  [OrderStatus.REFUNDED]: "refunded",
};

/** Statuses of a PaymentIntent after which there is nothing left to pay (docs.stripe.com/payments/paymentintents/lifecycle). */
const PAID = ["requires_capture", "processing", "succeeded"];

/**
 * Where a purchase stands. The order decides; only while it waits for its payment do Stripe's word and the clock add to
 * it. An attempt that is under way is seen through, also past the deadline: the server decides what becomes of it.
 */
export function phaseOf(
  order: Order,
  known: { intentStatus?: string | undefined; paying: boolean; timeUp: boolean },
): Phase {
  const end = ended[order.status];
  if (end) return end;
  if (order.cancelRequestedTime || known.intentStatus === "canceled") return "ending";
  if (known.intentStatus && PAID.includes(known.intentStatus)) return "confirming";
  return known.timeUp && !known.paying ? "time-up" : "pay";
}
