import { CompletionNote, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { OrderEventSchema } from "@ticketing/proto/orders/v1/order_events";
import type { Category } from "@ticketing/proto/tickets/v1/ticket";
import {
  type Aggregate,
  type TransitionOf,
  type TransitionType,
  transitionsOf,
} from "@ticketing/runtime/documents/transition";
import { isOver } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Money } from "@ticketing/runtime/values/money";
import type { Seat } from "@ticketing/runtime/values/seat";
import type { TicketedEvent } from "@ticketing/runtime/values/ticketed-event";
import {
  type CancelReason,
  cancellationReasonOf,
  type RefundReason as RefundCause,
  type RefundRefusal,
} from "./order-reasons.ts";

type OrderEvent = typeof OrderEventSchema;

/** An order begins and goes on with the transitions of its event. */
export const { begin, advance } = transitionsOf(OrderEventSchema);

/** The ticket as it was when it was locked, but for its event, which is followed. */
export interface TicketSnapshot {
  title: string;
  category: Category;
  event: TicketedEvent;
  seat: Seat;
  sellerName: string;
}

/** One purchase. Its end is decided by its workflow alone; requests are recorded here. */
export interface Order extends Aggregate<TransitionType<OrderEvent>> {
  buyerId: string;
  sellerId: string;
  ticketId: string;
  ticket: TicketSnapshot;
  /** The version of the ticket that brought the newest news of its event; absent before any. */
  eventNews?: number;
  /** All that the buyer pays. */
  price: Money;
  /** What the marketplace keeps of the price, in its minor units. Absent in what an earlier release recorded: nothing. */
  fee?: number;
  status: OrderStatus;
  expireTime: Date;
  cancelRequestedTime?: Date;
  /** Absent in what an earlier release recorded: the buyer asked. */
  cancelRequestedReason?: CancelReason;
  cancelReason?: CancelReason;
  refundableUntil?: Date;
  refundRequestedTime?: Date;
  /** Absent in what an earlier release recorded: the buyer asked. */
  refundReason?: RefundCause;
  /** The decisions of cases for which a refund was asked, as `<case>:<number>`; absent before the first. */
  refundDecisions?: string[];
  /** Parts of the price that the buyer has back while the sale stands, oldest first; amounts in minor units. */
  refundedParts?: { id: string; amount: number }[];
  refundRefusedTime?: Date;
  refundRefusedReason?: RefundRefusal;
  /** When its ticket was opened first; absent until then. */
  ticketOpenedTime?: Date;
  createTime: Date;
}

/** A status by its name, such as "COMPLETE". */
export const statusName = (status: OrderStatus): string => OrderStatus[status] ?? "UNSPECIFIED";

/**
 * A purchase begins, its ticket locked until `expireTime`. Throws LOCK_LAPSED where that is over: nobody could pay.
 */
export function open(
  order: Pick<Order, "_id" | "buyerId" | "sellerId" | "ticketId" | "ticket" | "price" | "expireTime"> & {
    fee: number;
  },
  now: Date,
): Order {
  if (isOver(order.expireTime, now)) {
    throw new DomainError("LOCK_LAPSED", "this order had the ticket and lost it; start a new one");
  }
  const opened = { ...order, status: OrderStatus.AWAITING_PAYMENT, createTime: now };
  return begin(opened, { case: "orderCreated", value: {} }, now);
}

/** Throws ALREADY_EXISTS REQUEST_ID_REUSED unless the order is what this call asks for. */
export function requireSameRequest(order: Order, wish: { ticketId: string; expectedPrice: Money }): Order {
  const { minorUnits, currency } = wish.expectedPrice;
  const same =
    order.ticketId === wish.ticketId &&
    order.price.minorUnits === minorUnits &&
    order.price.currency === currency;
  if (same) return order;
  throw new DomainError("REQUEST_ID_REUSED", "this request_id was used for another order");
}

const notYours = () => new DomainError("NOT_YOUR_ORDER", "this is somebody else's order");

/** The order, for its buyer and its seller. Throws NOT_YOUR_ORDER. */
export function requireParty(order: Order, userId: string): Order {
  if (userId !== order.buyerId && userId !== order.sellerId) throw notYours();
  return order;
}

/** Throws NOT_YOUR_ORDER. */
export function requireBuyer(order: Order, userId: string): void {
  if (userId !== order.buyerId) throw notYours();
}

/** The buyer wishes to cancel. Wished or cancelled already: nothing changes. Throws NOT_YOUR_ORDER or ORDER_ENDED. */
export function requestCancel(order: Order, by: { userId: string }, now: Date): Order {
  requireBuyer(order, by.userId);
  if (order.status === OrderStatus.CANCELLED) return order;
  if (order.status !== OrderStatus.AWAITING_PAYMENT) {
    throw new DomainError("ORDER_ENDED", "this order has ended already", {
      status: statusName(order.status),
    });
  }
  if (order.cancelRequestedTime) return order;
  return askToCancel(order, "buyer", now);
}

/** It is to be cancelled, by its lifecycle. */
export function askToCancel(order: Order, reason: "buyer" | "event_cancelled", now: Date): Order {
  const value = { reason: cancellationReasonOf(reason) };
  const asked = { cancelRequestedTime: now, cancelRequestedReason: reason };
  return advance(order, { case: "orderCancelRequested", value }, now, asked);
}

/** Throws ORDER_NOT_COMPLETE. */
export function requireComplete(order: Order, message: string): void {
  if (order.status === OrderStatus.COMPLETE) return;
  throw new DomainError("ORDER_NOT_COMPLETE", message, { status: statusName(order.status) });
}

/**
 * The buyer is about to see the ticket, or says that it arrived. Opened already: nothing changes. Throws NOT_YOUR_ORDER,
 * ORDER_NOT_COMPLETE, or REFUND_REQUESTED while the money is to go back or a bank decides about it.
 */
export function openTicket(order: Order, by: { userId: string }, now: Date): Order {
  requireBuyer(order, by.userId);
  requireComplete(order, "only the ticket of a complete order can be opened");
  if (order.refundRequestedTime && !isRefundOver(order)) {
    throw new DomainError("REFUND_REQUESTED", "the money is to go back, so the ticket is not shown");
  }
  if (order.ticketOpenedTime) return order;
  return advance(order, { case: "orderTicketOpened", value: {} }, now, { ticketOpenedTime: now });
}

/** Whether the refund that was asked for was refused, and nobody else decides about the money. */
const isRefundOver = ({ refundRefusedTime, refundRefusedReason }: Order): boolean =>
  refundRefusedTime !== undefined && refundRefusedReason !== "charge_disputed";

/** The error for an order that cannot become that any more. */
export function illegal(order: Order, wanted: OrderStatus): DomainError {
  return new DomainError(
    "ILLEGAL_TRANSITION",
    `an order that is ${statusName(order.status)} cannot become ${statusName(wanted)}`,
    {
      status: statusName(order.status),
    },
  );
}

/** Ends the wait for payment one way; that way already: nothing changes; another way: throws. */
function end(
  order: Order,
  status: OrderStatus,
  transition: TransitionOf<OrderEvent>,
  now: Date,
  changes: Partial<Order> = {},
): Order {
  if (order.status === status) return order;
  if (order.status !== OrderStatus.AWAITING_PAYMENT) throw illegal(order, status);
  return advance(order, transition, now, { ...changes, status });
}

const TOO_LATE_TO_CANCEL = {
  note: "cancel_requested_after_sale",
  completionNote: CompletionNote.CANCEL_REQUESTED_AFTER_SALE,
};

/** A refund may be asked for a while after the completion, but not once the event began. */
export const refundableUntilOf = (completed: Date, refundWindowMs: number, { startTime }: TicketedEvent) =>
  new Date(Math.min(completed.getTime() + refundWindowMs, startTime.getTime()));

/** Paid. */
export function complete(order: Order, refundWindowMs: number, now: Date): Order {
  const refundableUntil = refundableUntilOf(now, refundWindowMs, order.ticket.event);
  // The refund may have come before a repeat of this call: then it stays what it is.
  if (order.status === OrderStatus.REFUNDED) return order;
  const askedByBuyer = order.cancelRequestedTime && order.cancelRequestedReason !== "event_cancelled";
  const value = askedByBuyer ? TOO_LATE_TO_CANCEL : {};
  const completed = { case: "orderCompleted", value } as const;
  return end(order, OrderStatus.COMPLETE, completed, now, { refundableUntil });
}

/** Given up. */
export function cancel(order: Order, reason: CancelReason, now: Date): Order {
  const value = { reason, cancellationReason: cancellationReasonOf(reason) };
  const cancelled = { case: "orderCancelled", value } as const;
  return end(order, OrderStatus.CANCELLED, cancelled, now, { cancelReason: reason });
}

/** Not paid in time. */
export function expire(order: Order, now: Date): Order {
  return end(order, OrderStatus.EXPIRED, { case: "orderExpired", value: {} }, now);
}

/**
 * Whether nothing can change any more. A complete order can be refunded for a while, and until its event begins that may
 * be cancelled.
 */
export function isFinal(order: Order, now: Date): boolean {
  if (order.status === OrderStatus.AWAITING_PAYMENT) return false;
  if (order.status !== OrderStatus.COMPLETE) return true;
  return !order.refundRequestedTime && order.ticket.event.startTime <= now;
}
