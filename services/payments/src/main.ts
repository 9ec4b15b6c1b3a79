import { OrderLifecycleService } from "@ticketing/proto/orders/v1/order_lifecycle_service";
import { PaymentLifecycleService } from "@ticketing/proto/payments/v1/payment_lifecycle_service";
import { PaymentService } from "@ticketing/proto/payments/v1/payment_service";
import { openDatabase } from "@ticketing/runtime/documents/database";
import { openOutbox } from "@ticketing/runtime/documents/outbox";
import { createEvents } from "@ticketing/runtime/events/events";
import { createServiceTokens } from "@ticketing/runtime/identity/service-tokens";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { createLogger } from "@ticketing/runtime/process/log";
import { startTelemetry } from "@ticketing/runtime/process/telemetry";
import { openTransportSecurity } from "@ticketing/runtime/process/transport-security";
import { createInternalClient } from "@ticketing/runtime/serving/internal-client";
import { serve } from "@ticketing/runtime/serving/serve";
import { config as readConfig } from "./config.ts";
import { createIntentRecords } from "./intent-records.ts";
import { createMeshIdentity, openMeshStore } from "./mesh-store.ts";
import { outbox } from "./outbox.ts";
import { createPaymentLifecycleService } from "./payment-lifecycle-service.ts";
import { createPaymentService } from "./payment-service.ts";
import { createPaymentStore, paymentCollection } from "./payment-store.ts";
import { createSettlement } from "./settlement.ts";
import { createStripeGateway } from "./stripe-gateway.ts";
import { createStripeKeyWatch } from "./stripe-key-watch.ts";
import { webhookSecrets } from "./stripe-keys.ts";
import { createStripeWebhook } from "./stripe-webhook.ts";

const config = readConfig();
startTelemetry("payments", config.OTEL_EXPORTER_OTLP_ENDPOINT);
const log = createLogger("payments", config.LOG_LEVEL);
const security = await openTransportSecurity(config.TLS_DIR, log);

const database = await openDatabase(config.MONGODB_URI, log, security);
const events = await createEvents({
  natsUrl: config.NATS_URL,
  replicas: config.EVENT_REPLICAS,
  name: "payments",
  log,
  security,
});
const orders = createInternalClient(OrderLifecycleService, {
  addresses: config.ORDERS_ADDRESS,
  callee: "orders",
  tokens: await createServiceTokens({ name: "payments", keyFile: config.SERVICE_KEY_FILE, log }),
  security,
});
const relay = await openOutbox(outbox, { db: database.db, events, log });
const payments = await createPaymentStore(paymentCollection(database.db), relay.wake);
const keyWatch = createStripeKeyWatch(log);
const stripe = createStripeGateway({
  secretKey: config.STRIPE_SECRET_KEY,
  webhookSecrets: webhookSecrets(config),
  url: config.STRIPE_URL,
  keyWatch,
});
const meshes = await openMeshStore(database.db, config.PUBLIC_URL, clock);
const mesh = createMeshIdentity(meshes, clock);
const graceMs = config.STRIPE_GRACE;
const settlement = createSettlement({ payments, stripe, mesh, clock, log, graceMs });
const intents = createIntentRecords({ payments, stripe, mesh });

const paymentService = createPaymentService({
  payments,
  stripe,
  mesh,
  orders,
  publishableKey: config.STRIPE_PUBLISHABLE_KEY,
  // Stripe's script must come from Stripe: https://docs.stripe.com/js/including
  stripeJsUrl: new URL("/v3/", config.STRIPE_BROWSER_URL ?? config.STRIPE_URL ?? "https://js.stripe.com")
    .href,
  declineLimit: { count: config.DECLINE_LIMIT, windowMs: config.DECLINE_WINDOW },
  graceMs,
  clock,
  log,
});
const paymentLifecycleService = createPaymentLifecycleService({
  payments,
  settlement,
  intents,
  orders,
  clock,
});

if (!(await meshes.find()).atHome) {
  log.error(
    "this database was copied or moved: nothing is written to Stripe until `npm run mesh-id` was told which",
  );
}
relay.start();
await serve({
  name: "payments",
  config,
  log,
  security,
  publicRoutes: (router) => router.service(PaymentService, paymentService),
  publicHttp: { "/webhooks/stripe": createStripeWebhook({ payments, settlement, stripe, mesh, clock }) },
  internalRoutes: (router) => router.service(PaymentLifecycleService, paymentLifecycleService),
  needs: { database: database.ping },
  uses: { stripe: keyWatch.ping, orders: orders.ping },
  events,
  close: [relay.stop, events.close, async () => orders.close(), database.close],
});
