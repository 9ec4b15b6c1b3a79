import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { OrderEventSchema } from "@ticketing/proto/orders/v1/order_events";
import { defineAggregate } from "@ticketing/runtime/documents/aggregate";
import type { AggregateStore } from "@ticketing/runtime/documents/aggregate-store";
import { byNewest } from "@ticketing/runtime/documents/newest-first";
import { pageByTime } from "@ticketing/runtime/documents/page-by-time";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Order } from "./order.ts";
import { orderState } from "./order-message.ts";

export type OrderStore = AggregateStore<Order>;

/** Those whose workflow has not ended them: few, however many orders there are. */
const open = { status: OrderStatus.AWAITING_PAYMENT };

/** A page of the open orders whose deadline is over. Throws BAD_PAGE_TOKEN. */
export const findOverdue = (
  orders: OrderStore,
  before: Date,
  page: { pageSize: number; pageToken: string },
) =>
  pageByTime(orders.collection, {
    time: "expireTime",
    since: new Date(0),
    until: before,
    filter: open,
    ...page,
  });

/** Orders: where they are kept, and what other services learn of them. */
export const orderAggregate = defineAggregate({
  collection: "orders",
  stream: "ORDERS",
  event: OrderEventSchema,
  state: orderState,
  notFound: () => new DomainError("ORDER_NOT_FOUND", "there is no such order"),
  indexes: [
    { key: { buyerId: 1, ...byNewest } },
    { key: { sellerId: 1, ...byNewest } },
    { key: { expireTime: 1, _id: 1 }, partialFilterExpression: open },
    // For operators who cancel an event.
    { key: { "ticket.event.eventId": 1 } },
  ],
});
