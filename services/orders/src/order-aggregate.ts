import { OrderEventSchema } from "@ticketing/proto/orders/v1/order_events";
import { defineAggregate } from "@ticketing/runtime/documents/aggregate";
import type { AggregateStore } from "@ticketing/runtime/documents/aggregate-store";
import { byNewest } from "@ticketing/runtime/documents/newest-first";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Order } from "./order.ts";
import { orderState } from "./order-message.ts";

export type OrderStore = AggregateStore<Order>;

/** Orders: where they are kept, and what other services learn of them. */
export const orderAggregate = defineAggregate({
  collection: "orders",
  stream: "ORDERS",
  event: OrderEventSchema,
  state: orderState,
  notFound: () => new DomainError("ORDER_NOT_FOUND", "there is no such order"),
  indexes: [{ key: { buyerId: 1, ...byNewest } }, { key: { sellerId: 1, ...byNewest } }],
});
