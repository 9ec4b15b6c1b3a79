import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { askToCancel, type Order } from "./order.ts";
import { askForRefund, PASSING_REFUSALS } from "./order-refund.ts";

/**
 * Its event does not take place. One that awaits payment is to be cancelled, by its lifecycle; of a complete one the
 * money is to go back, which is asked for once, and not when a refund ended in a way that a person has to look at. All
 * others stay what they are.
 */
export function endForEvent(order: Order, now: Date): Order {
  if (order.status === OrderStatus.AWAITING_PAYMENT) {
    return order.cancelRequestedTime ? order : askToCancel(order, "event_cancelled", now);
  }
  if (order.status !== OrderStatus.COMPLETE || order.refundReason === "event_cancelled") return order;
  const isForAPerson = order.refundRefusedTime && !PASSING_REFUSALS.includes(order.refundRefusedReason);
  return isForAPerson ? order : askForRefund(order, "event_cancelled", now);
}

/** Whether nothing is left to ask of an order that {@link endForEvent} has seen: what it asked for may take a while. */
export const isHandledForEvent = ({ status }: Order): boolean => status !== OrderStatus.AWAITING_PAYMENT;
