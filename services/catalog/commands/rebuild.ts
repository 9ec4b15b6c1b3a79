import { openDatabase } from "@ticketing/runtime/documents/database";
import { createEvents } from "@ticketing/runtime/events/events";
import { databaseConfig, eventsConfig, processConfig, readConfig } from "@ticketing/runtime/process/config";
import { createLogger } from "@ticketing/runtime/process/log";
import { openTransportSecurity } from "@ticketing/runtime/process/transport-security";
import { z } from "zod";
import { DURABLE, projections, sources } from "../src/projections.ts";

/**
 * A whole command: empties the read models and lets them grow again from the first event of each stream, while
 * everything runs. First the documents, then the consumers' places: an event that comes in between is applied
 * twice at worst, and never lost. Until the streams are read again, search shows less than there is.
 */
const { LOG_LEVEL } = processConfig.shape;
const config = readConfig(z.object({ ...databaseConfig.shape, ...eventsConfig.shape, LOG_LEVEL }));
const log = createLogger("rebuild", config.LOG_LEVEL);
const security = await openTransportSecurity(config.TLS_DIR, log);
const { db, close } = await openDatabase(config.MONGODB_URI, log, security);
const events = await createEvents({
  natsUrl: config.NATS_URL,
  replicas: config.EVENT_REPLICAS,
  name: "rebuild",
  log,
  security,
});
for (const name of projections) {
  const { deletedCount } = await db.collection(name).deleteMany({});
  console.log(`${name}: ${deletedCount} documents dropped`);
}
for (const { stream } of sources) {
  await events.forget(stream, DURABLE);
  console.log(`${stream}: read again from its first event`);
}
await events.close();
await close();
