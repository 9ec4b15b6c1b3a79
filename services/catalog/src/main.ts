import { CatalogService } from "@ticketing/proto/catalog/v1/catalog_service";
import { OperationsService } from "@ticketing/proto/catalog/v1/operations_service";
import { openDatabase } from "@ticketing/runtime/documents/database";
import { createEvents } from "@ticketing/runtime/events/events";
import { createLogger } from "@ticketing/runtime/process/log";
import { startTelemetry } from "@ticketing/runtime/process/telemetry";
import { openTransportSecurity } from "@ticketing/runtime/process/transport-security";
import { HEALTH_SUBJECTS } from "@ticketing/runtime/serving/health";
import { serve } from "@ticketing/runtime/serving/serve";
import { createCatalogService } from "./catalog-service.ts";
import { config as readConfig } from "./config.ts";
import { createEventStorage } from "./event-storage.ts";
import { createListingFeed } from "./listing-feed.ts";
import { createListingStore } from "./listing-store.ts";
import { createMarketplaceStore } from "./marketplace-store.ts";
import { onOrderEvent } from "./on-order-event.ts";
import { onPaymentEvent } from "./on-payment-event.ts";
import { onReconciliationEvent } from "./on-reconciliation-event.ts";
import { listingFrom, onTicketEvent } from "./on-ticket-event.ts";
import { onUserEvent } from "./on-user-event.ts";
import { createOperationsService } from "./operations-service.ts";
import { createProcessRoster } from "./process-roster.ts";
import { DURABLE, sources } from "./projections.ts";
import { keepFolded } from "./refold.ts";

const config = readConfig();
startTelemetry("catalog", config.OTEL_EXPORTER_OTLP_ENDPOINT);
const log = createLogger("catalog", config.LOG_LEVEL);
const clock = () => new Date();
const security = await openTransportSecurity(config.TLS_DIR, log);

const database = await openDatabase(config.MONGODB_URI, log, security);
const events = await createEvents({
  natsUrl: config.NATS_URL,
  replicas: config.EVENT_REPLICAS,
  name: "catalog",
  log,
  security,
});
const listings = await createListingStore(database.db);
const marketplace = await createMarketplaceStore(database.db);
const feed = createListingFeed(clock);

const handlers = {
  USERS: onUserEvent(listings),
  TICKETS: onTicketEvent(listings, feed.publish),
  ORDERS: onOrderEvent(marketplace),
  PAYMENTS: onPaymentEvent(marketplace),
  RECONCILIATION: onReconciliationEvent(marketplace),
};
await events.ensureDeadLetters();
for (const { stream, subject } of sources) {
  events.consume({ stream, durable: DURABLE, filter: subject, handle: handlers[stream] });
}
// Each replica hears every ticket, whichever replica projects it.
await events.watch({
  stream: "TICKETS",
  filter: "evt.tickets.>",
  handle: async (event) => feed.publish(listingFrom(event.payload)),
});

const storage = createEventStorage({ events, limit: config.EVENT_STORAGE, log });

const stopFolding = keepFolded(listings, log);

const roster = createProcessRoster(clock);
events.hear(HEALTH_SUBJECTS, roster.hear);

await serve({
  name: "catalog",
  config,
  log,
  security,
  publicRoutes: (router) =>
    router.service(CatalogService, createCatalogService({ store: listings, feed, clock })).service(
      OperationsService,
      createOperationsService({
        store: marketplace,
        events,
        roster,
        temporalUiUrl: config.TEMPORAL_UI_URL,
      }),
    ),
  needs: { database: database.ping },
  uses: { "event storage": storage.requireRoom },
  events,
  close: [stopFolding, events.close, async () => feed.close(), database.close],
});
