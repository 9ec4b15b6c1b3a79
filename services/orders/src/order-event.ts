import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { OrderEventSchema } from "@ticketing/proto/orders/v1/order_events";
import type { Transition } from "@ticketing/runtime/documents/transition";
import type { OutgoingEvent } from "@ticketing/runtime/events/events";
import type { Order } from "./order.ts";
import { moneyInit } from "./order-message.ts";

type TransitionInit = MessageInitShape<typeof OrderEventSchema>["transition"];

const transitions: Record<string, (data: Record<string, string>) => TransitionInit> = {
  order_created: () => ({ case: "orderCreated", value: {} }),
  order_cancel_requested: () => ({ case: "orderCancelRequested", value: {} }),
  order_completed: ({ note }) => ({ case: "orderCompleted", value: { note } }),
  order_cancelled: ({ reason }) => ({ case: "orderCancelled", value: { reason } }),
  order_expired: () => ({ case: "orderExpired", value: {} }),
  order_refund_requested: () => ({ case: "orderRefundRequested", value: {} }),
  order_refunded: () => ({ case: "orderRefunded", value: {} }),
  order_refund_refused: ({ reason }) => ({ case: "orderRefundRefused", value: { reason } }),
};

/** What other services learn of a transition and of the order after it: built field by field. */
export function orderEvent(order: Order, transition: Transition): OutgoingEvent {
  const event = create(OrderEventSchema, {
    id: order._id,
    version: BigInt(transition.version),
    time: timestampFromDate(transition.time),
    transition: transitions[transition.type]?.(transition.data),
    state: {
      id: order._id,
      buyerId: order.buyerId,
      sellerId: order.sellerId,
      ticketId: order.ticketId,
      price: moneyInit(order.price),
      status: order.status,
      expireTime: timestampFromDate(order.expireTime),
      version: BigInt(order.version),
      createTime: timestampFromDate(order.createTime),
    },
  });
  return {
    subject: `evt.orders.v1.${transition.type}.${order._id}`,
    id: `${order._id}:${transition.version}`,
    type: `ticketing.orders.v1.${transition.type}`,
    source: "orders",
    time: transition.time,
    requestId: transition.requestId,
    payload: toBinary(OrderEventSchema, event),
  };
}
