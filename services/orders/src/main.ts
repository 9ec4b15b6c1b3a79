import { OrderLifecycleService } from "@ticketing/proto/orders/v1/order_lifecycle_service";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { TicketLockService } from "@ticketing/proto/tickets/v1/ticket_lock_service";
import { openDatabase } from "@ticketing/runtime/documents/database";
import { createEvents } from "@ticketing/runtime/events/events";
import { createServiceTokens } from "@ticketing/runtime/identity/service-tokens";
import { systemClock } from "@ticketing/runtime/process/clock";
import { createLogger } from "@ticketing/runtime/process/log";
import { startTelemetry } from "@ticketing/runtime/process/telemetry";
import { openTransportSecurity } from "@ticketing/runtime/process/transport-security";
import { createInternalClient } from "@ticketing/runtime/serving/internal-client";
import { serve } from "@ticketing/runtime/serving/serve";
import { config as readConfig } from "./config.ts";
import { orderAggregate } from "./order-aggregate.ts";
import { createOrderFeed } from "./order-feed.ts";
import { createOrderLifecycleService } from "./order-lifecycle-service.ts";
import { createOrderService } from "./order-service.ts";

const config = readConfig();
startTelemetry("orders", config.OTEL_EXPORTER_OTLP_ENDPOINT);
const log = createLogger("orders", config.LOG_LEVEL);
const security = await openTransportSecurity(config.TLS_DIR, log);

const database = await openDatabase(config.MONGODB_URI, log, security);
const events = await createEvents({
  natsUrl: config.NATS_URL,
  replicas: config.EVENT_REPLICAS,
  name: "orders",
  log,
  security,
});
const tickets = createInternalClient(TicketLockService, {
  addresses: config.TICKETS_ADDRESS,
  callee: "tickets",
  tokens: await createServiceTokens({ name: "orders", keyFile: config.SERVICE_KEY_FILE, log }),
  security,
});
const orders = await orderAggregate.open({ db: database.db, events, log });

const feed = createOrderFeed();
await events.watch({
  stream: "ORDERS",
  filter: "evt.orders.>",
  handle: async ({ subject }) => feed.changed(subject.slice(subject.lastIndexOf(".") + 1)),
  onGap: feed.anyChanged,
});

const orderService = createOrderService({ orders, tickets, feed, clock: systemClock });
const orderLifecycleService = createOrderLifecycleService({
  orders,
  refundWindowMs: config.REFUND_WINDOW,
  clock: systemClock,
});

orders.relay.start();
await serve({
  name: "orders",
  config,
  log,
  security,
  publicRoutes: (router) => router.service(OrderService, orderService),
  internalRoutes: (router) => router.service(OrderLifecycleService, orderLifecycleService),
  needs: { database: database.ping },
  uses: { tickets: tickets.ping },
  events,
  close: [orders.relay.stop, events.close, async () => tickets.close(), database.close],
});
