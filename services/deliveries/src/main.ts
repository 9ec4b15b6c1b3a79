import { DeliveryLifecycleService } from "@ticketing/proto/deliveries/internal/v1/delivery_lifecycle_service";
import { DeliveryService } from "@ticketing/proto/deliveries/v1/delivery_service";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { createSealing } from "@ticketing/runtime/documents/sealed-text";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { runProcess } from "@ticketing/runtime/serving/run-process";
import { config as readConfig } from "./config.ts";
import { deliveryAggregate } from "./delivery-aggregate.ts";
import { createDeliveryLifecycleService } from "./delivery-lifecycle-service.ts";
import { createDeliveryService } from "./delivery-service.ts";
import { noFiles } from "./files/files.ts";
import { findOverdue } from "./find-overdue.ts";
import { followOrders } from "./follow-orders.ts";

const config = readConfig();

await runProcess("deliveries", config, async ({ database, events, log, callee }) => {
  const { db } = await database(config.MONGODB_URI);
  const orders = await callee(OrderLifecycleService, "orders", config.ORDERS_ADDRESS);
  const deliveries = await deliveryAggregate.open({ db, events, log });
  const sealing = createSealing(config.CONTENT_KEYS);
  const deliveryService = createDeliveryService({ deliveries, orders, sealing, files: noFiles, clock });
  const terms = { leadMs: config.DELIVERY_LEAD, leastTimeMs: config.DELIVERY_LEAST_TIME };
  followOrders({ deliveries, orders, terms, clock }, events);
  const stopFinding = findOverdue({ deliveries, clock, log }, config.OVERDUE_EVERY);
  return {
    publicRoutes: (router) => router.service(DeliveryService, deliveryService),
    internalRoutes: (router) =>
      router.service(DeliveryLifecycleService, createDeliveryLifecycleService(deliveries)),
    relays: [deliveries.relay],
    close: [stopFinding],
  };
});
