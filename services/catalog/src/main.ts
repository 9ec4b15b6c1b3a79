import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { CatalogService } from "@ticketing/proto/catalog/v1/catalog_service";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { runProcess } from "@ticketing/runtime/serving/run-process";
import { createCatalogService } from "./catalog-service.ts";
import { config as readConfig } from "./config.ts";
import { followStreams } from "./follow-streams.ts";
import { createListingFeed } from "./listing-feed.ts";
import { keepCheckpoints } from "./projection/checkpoints.ts";
import { openProjection, PROJECTION_FILE } from "./projection/projection.ts";
import { createSearch } from "./search/search.ts";
import { keepSnapshots, restoreFile } from "./snapshots/snapshots.ts";
import { createSuggestions } from "./suggestions/suggestions.ts";

/** How often locks that end and events that begin are looked for: their watchers wait for it. */
const PASS_TIME_MS = 50;

/** The release before read these by one durable consumer each, of this name. */
const FORMER_CONSUMER = "catalog";
const FORMER_STREAMS = ["USERS", "TICKETS", "ORDERS", "PAYMENTS", "RECONCILIATION"];

const config = readConfig();

await runProcess("catalog", config, async ({ broker, events, log }) => {
  mkdirSync(config.DATA_DIR, { recursive: true, mode: 0o700 });
  const file = join(config.DATA_DIR, PROJECTION_FILE);
  const { EVENT_REPLICAS: replicas, EVENT_MAX_BYTES: maxBytes, SNAPSHOT_EVERY: every } = config;
  const snapshots = { broker, replicas, maxBytes, file };
  await restoreFile(snapshots, log);
  const projection = openProjection(file, { clock, onChange: (ids) => feed.changed(ids) });
  const search = createSearch(projection);
  const suggestions = createSuggestions(projection);
  const feed = createListingFeed(search.findByIds);
  const checkpoints = keepCheckpoints(projection, { file, log });
  const followed = followStreams(projection, { events, room: checkpoints.room });
  for (const stream of FORMER_STREAMS) {
    events.retire(stream, FORMER_CONSUMER).catch((err: unknown) => log.warn({ err, stream }, "not retired"));
  }
  const passing = setInterval(projection.passTime, PASS_TIME_MS);
  const stopSnapshots = keepSnapshots({ ...snapshots, every }, log);

  return {
    publicRoutes: (router) =>
      router.service(CatalogService, createCatalogService({ projection, search, suggestions, feed, clock })),
    conditions: { projection: followed.requireCaughtUp },
    uses: { "newest tickets": followed.requireFresh },
    close: [stopSnapshots, () => clearInterval(passing), checkpoints.stop, projection.close],
  };
});
