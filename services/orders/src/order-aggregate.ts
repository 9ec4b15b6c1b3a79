import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { OrderEventSchema } from "@ticketing/proto/orders/v1/order_events";
import { defineAggregate } from "@ticketing/runtime/documents/aggregate";
import type { AggregateStore } from "@ticketing/runtime/documents/aggregate-store";
import { byNewest } from "@ticketing/runtime/documents/newest-first";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { moneyInit } from "@ticketing/runtime/values/money";
import type { Order } from "./order.ts";

export type OrderStore = AggregateStore<Order>;

/** Orders: where they are kept, and what other services learn of them. */
export const orderAggregate = defineAggregate({
  collection: "orders",
  stream: "ORDERS",
  event: OrderEventSchema,
  state: (order: Order) => ({
    id: order._id,
    buyerId: order.buyerId,
    sellerId: order.sellerId,
    ticketId: order.ticketId,
    price: moneyInit(order.price),
    status: order.status,
    expireTime: timestampFromDate(order.expireTime),
    version: BigInt(order.version),
    createTime: timestampFromDate(order.createTime),
  }),
  notFound: () => new DomainError("ORDER_NOT_FOUND", "there is no such order"),
  indexes: [{ key: { buyerId: 1, ...byNewest } }, { key: { sellerId: 1, ...byNewest } }],
});
