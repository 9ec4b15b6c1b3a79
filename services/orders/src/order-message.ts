import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type OrderSchema, OrderStepSchema } from "@ticketing/proto/orders/v1/order";
import { readTransition } from "@ticketing/runtime/documents/transition";
import { moneyInit } from "@ticketing/runtime/values/money";
import { ticketedEventInit } from "@ticketing/runtime/values/ticketed-event";
import type { Order } from "./order.ts";
import { cancellationReasonOf, refundReasonOf, refundRefusalReasonOf } from "./order-reasons.ts";

const optionalTime = (time: Date | undefined) => time && timestampFromDate(time);

/** What other services learn of an order by its events. */
export const orderState = (order: Order) => ({
  ...commonFields(order),
  eventStartTime: timestampFromDate(order.ticket.event.startTime),
});

/** What an order's message and the state in its events have by the same names. */
const commonFields = (order: Order) => ({
  id: order._id,
  buyerId: order.buyerId,
  sellerId: order.sellerId,
  ticketId: order.ticketId,
  price: moneyInit(order.price),
  fee: BigInt(order.fee ?? 0),
  amountRefunded: BigInt((order.refundedParts ?? []).reduce((sum, { amount }) => sum + amount, 0)),
  status: order.status,
  expireTime: timestampFromDate(order.expireTime),
  version: BigInt(order.version),
  createTime: timestampFromDate(order.createTime),
});

/** The order as its buyer, its seller and the lifecycle see it. */
export function orderMessage(order: Order): MessageInitShape<typeof OrderSchema> {
  const { cancelRequestedReason, cancelReason, refundReason, refundRefusedReason } = order;
  return {
    ...commonFields(order),
    ticket: { ...order.ticket, event: ticketedEventInit(order.ticket.event) },
    cancelRequestedTime: optionalTime(order.cancelRequestedTime),
    refundableUntil: optionalTime(order.refundableUntil),
    refundRequestedTime: optionalTime(order.refundRequestedTime),
    history: order.history.map(({ version, type, time, data }) => ({
      version: BigInt(version),
      type,
      time: timestampFromDate(time),
      data,
    })),
    timeline: order.history.map((step) => ({
      version: BigInt(step.version),
      time: timestampFromDate(step.time),
      transition: readTransition(OrderStepSchema, step),
    })),
    cancelRequestedReason: cancelRequestedReason && cancellationReasonOf(cancelRequestedReason),
    refundReason: refundReason && refundReasonOf(refundReason),
    cancelReason: cancelReason ?? "",
    cancellationReason: cancelReason && cancellationReasonOf(cancelReason),
    refundRefusedTime: optionalTime(order.refundRefusedTime),
    refundRefusedReason: refundRefusedReason ?? "",
    refundRefusalReason: refundRefusedReason && refundRefusalReasonOf(refundRefusedReason),
    ticketOpenedTime: optionalTime(order.ticketOpenedTime),
  };
}
