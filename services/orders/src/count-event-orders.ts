import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import type { Order } from "./order.ts";
import type { OrderStore } from "./order-aggregate.ts";

/** How many orders for an event there are, by what is left to do for them; each counts in one of the first four. */
export interface EventOrderCounts {
  awaitingPayment: number;
  paid: number;
  refundRefused: number;
  ended: number;
  /** Of those that ended, the ones that ended because their event was cancelled. */
  endedForCancellation: number;
}

/** The facts of an order that say what is left to do for it. */
type Facts = Pick<Order, "status" | "cancelReason" | "refundReason" | "refundRefusedReason">;

/** Counts the orders for an event, also those that ended long ago. */
export async function countEventOrders(
  { collection }: Pick<OrderStore, "collection">,
  eventId: string,
): Promise<EventOrderCounts> {
  const facts = {
    status: "$status",
    cancelReason: "$cancelReason",
    refundReason: "$refundReason",
    refundRefusedReason: "$refundRefusedReason",
  } satisfies Record<keyof Facts, string>;
  const groups = collection.aggregate<{ _id: Facts; count: number }>([
    { $match: { "ticket.event.eventId": eventId } },
    { $group: { _id: facts, count: { $sum: 1 } } },
  ]);
  const counts = { awaitingPayment: 0, paid: 0, refundRefused: 0, ended: 0, endedForCancellation: 0 };
  for await (const { _id, count } of groups) {
    counts[standingOf(_id)] += count;
    if (endedForCancellation(_id)) counts.endedForCancellation += count;
  }
  return counts;
}

/** A refund that a bank returned leaves the order REFUNDED, and its buyer without money: it is refused all the same. */
function standingOf({ status, refundRefusedReason }: Facts) {
  if (status === OrderStatus.AWAITING_PAYMENT) return "awaitingPayment";
  if (refundRefusedReason) return "refundRefused";
  return status === OrderStatus.COMPLETE ? "paid" : "ended";
}

const endedForCancellation = (facts: Facts): boolean =>
  standingOf(facts) === "ended" &&
  (facts.status === OrderStatus.REFUNDED ? facts.refundReason : facts.cancelReason) === "event_cancelled";
