import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { CatalogService } from "@ticketing/proto/catalog/v1/catalog_service";
import { OperationsService } from "@ticketing/proto/catalog/v1/operations_service";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { HEALTH_SUBJECTS } from "@ticketing/runtime/serving/health";
import { runProcess } from "@ticketing/runtime/serving/run-process";
import { createCatalogService } from "./catalog-service.ts";
import { config as readConfig } from "./config.ts";
import { createEventStorage } from "./event-storage.ts";
import { followStreams } from "./follow-streams.ts";
import { createListingFeed } from "./listing-feed.ts";
import { createMarketplaceStore } from "./marketplace-store.ts";
import { onOrderEvent } from "./on-order-event.ts";
import { onPaymentEvent } from "./on-payment-event.ts";
import { onReconciliationEvent } from "./on-reconciliation-event.ts";
import { createOperationsService } from "./operations-service.ts";
import { createProcessRoster } from "./process-roster.ts";
import { openProjection, PROJECTION_FILE } from "./projection/projection.ts";
import { DURABLE, sources } from "./projections.ts";
import { createSearch } from "./search/search.ts";

/** How often locks that end and events that begin are looked for: their watchers wait for it. */
const PASS_TIME_MS = 50;

const config = readConfig();

await runProcess("catalog", config, async ({ database: { db }, events, log }) => {
  mkdirSync(config.DATA_DIR, { recursive: true, mode: 0o700 });
  const projection = openProjection(join(config.DATA_DIR, PROJECTION_FILE), {
    clock,
    onChange: (ids) => feed.changed(ids),
  });
  const search = createSearch(projection);
  const feed = createListingFeed(search.findByIds);
  const followed = followStreams(projection, events);
  // The release before reads them by one durable consumer, for as long as one of its replicas is left.
  for (const stream of ["USERS", "TICKETS"]) {
    events.retire(stream, DURABLE).catch((err: unknown) => log.warn({ err, stream }, "not retired"));
  }
  const passing = setInterval(projection.passTime, PASS_TIME_MS);

  const marketplace = await createMarketplaceStore(db);
  const handlers = {
    ORDERS: onOrderEvent(marketplace),
    PAYMENTS: onPaymentEvent(marketplace),
    RECONCILIATION: onReconciliationEvent(marketplace),
  };
  await events.deadLetters.ensure();
  for (const { stream, subject } of sources) {
    events.consume({ stream, durable: DURABLE, filter: subject, handle: handlers[stream] });
  }

  const storage = createEventStorage({ events, limit: config.EVENT_STORAGE, log });

  const roster = createProcessRoster(clock);
  events.presence.subscribe(HEALTH_SUBJECTS, roster.record);

  return {
    publicRoutes: (router) =>
      router.service(CatalogService, createCatalogService({ search, feed, clock })).service(
        OperationsService,
        createOperationsService({
          store: marketplace,
          events,
          roster,
          temporalUiUrl: config.TEMPORAL_UI_URL,
        }),
      ),
    conditions: { projection: followed.requireCaughtUp },
    uses: { "event storage": storage.requireRoom, "newest tickets": followed.requireFresh },
    close: [() => clearInterval(passing), projection.close],
  };
});
