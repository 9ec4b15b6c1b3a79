import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { amend } from "@ticketing/runtime/documents/transition";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { advance, illegal, type Order, requireBuyer, requireComplete, statusName } from "./order.ts";
import {
  type RefundReason as RefundCause,
  type RefundRefusal,
  refundReasonOf,
  refundRefusalReasonOf,
} from "./order-reasons.ts";

/** How often a refund of one order may be asked for: each asking is kept in its history. */
const MAX_REFUND_REQUESTS = 10;
/** Refusals that pass: a dispute may be withdrawn or won, and what a provider refuses for days it may take later. */
export const PASSING_REFUSALS: readonly (RefundRefusal | undefined)[] = [
  "charge_disputed",
  "refused_by_provider",
];

/** Whether the refund that was asked for has come to an end at which it can be asked for again. */
function mayAskAgain({ refundRefusedReason, history }: Order): boolean {
  const asked = history.filter(({ type }) => type === "order_refund_requested").length;
  return PASSING_REFUSALS.includes(refundRefusedReason) && asked < MAX_REFUND_REQUESTS;
}

/** What an order keeps of a refusal that no longer holds. */
const UNREFUSED = { refundRefusedTime: undefined, refundRefusedReason: undefined };

/**
 * The buyer wants the money back. Asked for already and not refused since: nothing changes. Once the event was cancelled
 * there is no window, and it does not matter whether the ticket was opened. Throws NOT_YOUR_ORDER, ORDER_NOT_COMPLETE,
 * TICKET_OPENED or REFUND_WINDOW_CLOSED.
 */
export function requestRefund(order: Order, by: { userId: string }, now: Date): Order {
  requireBuyer(order, by.userId);
  if (order.status === OrderStatus.REFUNDED) return order;
  requireComplete(order, "only a complete order can be refunded");
  if (order.refundRequestedTime && !mayAskAgain(order)) return order;
  if (order.refundReason !== "event_cancelled") requireReturnable(order, now);
  return askForRefund(order, "buyer", now);
}

/** Throws unless the ticket can be given back without a reason. */
function requireReturnable({ ticketOpenedTime, refundableUntil }: Order, now: Date): void {
  if (ticketOpenedTime) {
    throw new DomainError("TICKET_OPENED", "the ticket was opened and cannot be given back without a reason");
  }
  if (refundableUntil === undefined || refundableUntil <= now) {
    const until = refundableUntil?.toISOString() ?? "";
    throw new DomainError("REFUND_WINDOW_CLOSED", "it is too late for a refund", { refundableUntil: until });
  }
}

/** The money is to go back, for this reason. */
export function askForRefund(order: Order, reason: RefundCause, now: Date): Order {
  const refundReason = lastingReason(order, reason);
  const asked = { refundRequestedTime: now, refundReason, ...UNREFUSED };
  const value = { reason: refundReasonOf(reason) };
  return advance(order, { case: "orderRefundRequested", value }, now, asked);
}

/** That the event was cancelled, or that a case was decided so, stays true when the buyer asks again. */
function lastingReason({ refundReason }: Order, reason: RefundCause): RefundCause {
  if (refundReason === "event_cancelled") return refundReason;
  return refundReason === "case" && reason === "buyer" ? refundReason : reason;
}

/**
 * An operator decided that the buyer gets the money back. Asked for by this decision already: nothing changes. A refund
 * that is under way goes on, for this reason from now on. Of an order that is refunded it is asked for where the refund
 * failed after it was made: a bank may have given the money since. Throws ORDER_NOT_COMPLETE.
 */
export function refundForCase(order: Order, by: { caseId: string; decision: number }, now: Date): Order {
  const asked = `${by.caseId}:${by.decision}`;
  const { refundDecisions = [] } = order;
  if (refundDecisions.includes(asked)) return order;
  const known = { refundDecisions: [...refundDecisions, asked] };
  if (order.status === OrderStatus.REFUNDED) {
    const { refundRefusedTime, refundRefusedReason } = order;
    if (refundRefusedReason !== "refund_failed") return order;
    // The refusal stays until its refund has seen whether the buyer has the money by now.
    return { ...askForRefund(order, "case", now), refundRefusedTime, refundRefusedReason, ...known };
  }
  requireComplete(order, "only a complete order can be refunded");
  if (order.refundRequestedTime && !PASSING_REFUSALS.includes(order.refundRefusedReason)) {
    return amend(order, { ...known, refundReason: lastingReason(order, "case") }, now);
  }
  return { ...askForRefund(order, "case", now), ...known };
}

/** The buyer has a part of the price back, and the sale stands. Recorded already: nothing changes. Throws ORDER_NOT_COMPLETE. */
export function recordPartRefund(order: Order, part: { id: string; amount: number }, now: Date): Order {
  const { refundedParts = [], status } = order;
  if (refundedParts.some(({ id }) => id === part.id)) return order;
  if (status !== OrderStatus.REFUNDED) requireComplete(order, "only of a complete order a part goes back");
  const value = { amount: String(part.amount) };
  const changes = { refundedParts: [...refundedParts, part] };
  return advance(order, { case: "orderPartRefunded", value }, now, changes);
}

/** The money went back, whatever refusal came before. */
export function markRefunded(order: Order, now: Date): Order {
  if (order.status === OrderStatus.REFUNDED && !order.refundRefusedTime) return order;
  if (![OrderStatus.COMPLETE, OrderStatus.REFUNDED].includes(order.status)) {
    throw illegal(order, OrderStatus.REFUNDED);
  }
  const refunded = { status: OrderStatus.REFUNDED, ...UNREFUSED };
  return advance(order, { case: "orderRefunded", value: {} }, now, refunded);
}

/** Whether the refund was asked for once more after it was refused. */
const isAskedSince = ({ refundRequestedTime, refundRefusedTime }: Order): boolean =>
  refundRequestedTime !== undefined &&
  refundRefusedTime !== undefined &&
  refundRequestedTime > refundRefusedTime;

/**
 * The refund that was asked for cannot be made, or failed after it was made. The status stays what it is; the money
 * may still go back once a person has seen to it. What was decided before the refund was asked for again is no answer to
 * that: the same call may come twice. Throws ILLEGAL_TRANSITION unless a refund was asked for.
 */
export function refuseRefund(
  order: Order,
  { reason, decided }: { reason: RefundRefusal; decided: Date },
  now: Date,
): Order {
  if (order.refundRefusedReason === reason && !isAskedSince(order)) return order;
  if (order.status === OrderStatus.REFUNDED && reason !== "refund_failed") return order;
  if (!order.refundRequestedTime) {
    throw new DomainError("ILLEGAL_TRANSITION", "no refund of this order was asked for", {
      status: statusName(order.status),
    });
  }
  if (order.refundRequestedTime > decided) return order;
  const changes = { refundRefusedTime: now, refundRefusedReason: reason };
  const value = { reason, refusalReason: refundRefusalReasonOf(reason) };
  return advance(order, { case: "orderRefundRefused", value }, now, changes);
}
