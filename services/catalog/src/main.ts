import { CatalogService } from "@ticketing/proto/catalog/v1/catalog_service";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { runProcess } from "@ticketing/runtime/serving/run-process";
import { createCatalogService } from "./catalog-service.ts";
import { config as readConfig } from "./config.ts";
import { createPageTokens } from "./page-token.ts";
import { openReplica } from "./replica.ts";

/** The release before read these by one durable consumer each, of this name. */
const FORMER_CONSUMER = "catalog";
const FORMER_STREAMS = ["USERS", "TICKETS", "ORDERS", "PAYMENTS", "RECONCILIATION"];

const config = readConfig();

await runProcess("catalog", config, async ({ broker, events, log }) => {
  const { DATA_DIR: folder, SNAPSHOT_EVERY: every, EVENT_REPLICAS: replicas, EVENT_MAX_BYTES } = config;
  const snapshots = { every, replicas, maxBytes: EVENT_MAX_BYTES };
  const { followed, close, ...replica } = await openReplica({
    ...{ broker, events, clock, log, folder, snapshots },
  });
  for (const stream of FORMER_STREAMS) {
    events.retire(stream, FORMER_CONSUMER).catch((err: unknown) => log.warn({ err, stream }, "not retired"));
  }
  const pageTokens = createPageTokens(config.PAGE_TOKEN_KEYS);
  return {
    publicRoutes: (router) =>
      router.service(CatalogService, createCatalogService({ ...replica, pageTokens, clock })),
    conditions: { projection: followed.requireCaughtUp },
    uses: {
      "newest tickets": followed.requireFresh,
      "file of search": replica.writer.requireWritable,
    },
    close,
  };
});
