import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";

/** What the checkout shows. For an order that ended: how it ended. */
export type Phase =
  | "pay"
  /** Stripe reports the payment; the order is about to complete. */
  | "confirming"
  /** The deadline passed; the order is about to end. */
  | "time-up"
  /** The buyer or Stripe cancelled the payment; the order is about to end. */
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

/**
 * Statuses of a PaymentIntent after which there is nothing left to pay
 * (docs.stripe.com/payments/paymentintents/lifecycle).
 */
const PAID = ["requires_capture", "processing", "succeeded"];

/**
 * The phase of a purchase. The order decides. While it awaits payment, Stripe's status and the clock add to it. An
 * attempt that is under way is finished even after the deadline: the server decides whether it was in time.
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
