import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { runProcess } from "@ticketing/runtime/serving/run-process";
import { config as readConfig } from "./config.ts";
import { feedOrders } from "./feed-orders.ts";
import { followEvents } from "./follow-event.ts";
import { orderAggregate } from "./order-aggregate.ts";
import { createOrderFeed } from "./order-feed.ts";
import { createOrderLifecycleService } from "./order-lifecycle-service.ts";
import { createOrderService } from "./order-service.ts";

const config = readConfig();

await runProcess("orders", config, async ({ database, events, log, callee }) => {
  const { db } = await database(config.MONGODB_URI);
  const tickets = await callee(TicketLockService, "tickets", config.TICKETS_ADDRESS);
  const orders = await orderAggregate.open({ db, events, log });
  const feed = createOrderFeed(orders.get);
  const fed = await feedOrders({ feed, collection: orders.collection, events, log });
  const orderService = createOrderService({ orders, tickets, feed, fees: config.FEES, clock });
  const refundWindowMs = config.REFUND_WINDOW;
  const orderLifecycleService = createOrderLifecycleService({ orders, refundWindowMs, clock });
  followEvents({ orders, refundWindowMs, clock }, events);
  return {
    publicRoutes: (router) => router.service(OrderService, orderService),
    internalRoutes: (router) => router.service(OrderLifecycleService, orderLifecycleService),
    relays: [orders.relay],
    close: [fed.stop],
  };
});
