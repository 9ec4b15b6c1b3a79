import { CatalogService } from "@ticketing/proto/catalog/v1/catalog_service";
import { OperationsService } from "@ticketing/proto/catalog/v1/operations_service";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { HEALTH_SUBJECTS } from "@ticketing/runtime/serving/health";
import { runProcess } from "@ticketing/runtime/serving/run-process";
import { createCatalogService } from "./catalog-service.ts";
import { config as readConfig } from "./config.ts";
import { createEventStorage } from "./event-storage.ts";
import { feedListings } from "./feed-listings.ts";
import { createListingFeed } from "./listing-feed.ts";
import { createListingStore } from "./listing-store.ts";
import { createMarketplaceStore } from "./marketplace-store.ts";
import { onOrderEvent } from "./on-order-event.ts";
import { onPaymentEvent } from "./on-payment-event.ts";
import { onReconciliationEvent } from "./on-reconciliation-event.ts";
import { onTicketEvent } from "./on-ticket-event.ts";
import { onUserEvent } from "./on-user-event.ts";
import { createOperationsService } from "./operations-service.ts";
import { createProcessRoster } from "./process-roster.ts";
import { DURABLE, sources } from "./projections.ts";
import { keepFolded } from "./refold.ts";

const config = readConfig();

await runProcess("catalog", config, async ({ database: { db }, events, log }) => {
  const listings = await createListingStore(db);
  const marketplace = await createMarketplaceStore(db);
  const feed = createListingFeed(clock);

  const handlers = {
    USERS: onUserEvent(listings),
    TICKETS: onTicketEvent(listings, feed.publish),
    ORDERS: onOrderEvent(marketplace),
    PAYMENTS: onPaymentEvent(marketplace),
    RECONCILIATION: onReconciliationEvent(marketplace),
  };
  await events.deadLetters.ensure();
  for (const { stream, subject } of sources) {
    events.consume({ stream, durable: DURABLE, filter: subject, handle: handlers[stream] });
  }
  const fed = await feedListings({ feed, store: listings, events, log });

  const storage = createEventStorage({ events, limit: config.EVENT_STORAGE, log });

  const stopFolding = keepFolded(listings, log);

  const roster = createProcessRoster(clock);
  events.presence.subscribe(HEALTH_SUBJECTS, roster.record);

  return {
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
    uses: { "event storage": storage.requireRoom },
    close: [stopFolding, fed.stop, feed.close],
  };
});
