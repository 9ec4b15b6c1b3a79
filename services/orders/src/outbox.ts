import type { Outbox } from "@ticketing/runtime/documents/outbox";
import type { Order } from "./order.ts";
import { orderEvent } from "./order-event.ts";

/** What other services learn of orders. */
export const outbox: Outbox<Order> = {
  collection: "orders",
  stream: "ORDERS",
  subject: "evt.orders.>",
  event: orderEvent,
};
