import { z } from "zod";
import { createEvents } from "../events/events.ts";
import { databaseConfig, eventsConfig, processConfig, readConfig } from "../process/config.ts";
import { createLogger } from "../process/log.ts";
import { openTransportSecurity } from "../process/transport-security.ts";
import type { AggregateKind } from "./aggregate.ts";
import type { Listed } from "./aggregate-store.ts";
import { openDatabase } from "./database.ts";

const { LOG_LEVEL } = processConfig.shape;
const schema = z.object({ ...databaseConfig.shape, ...eventsConfig.shape, LOG_LEVEL });

/**
 * A whole command: announces the newest transition of every document again, with its current state, so that a
 * stream which lost its tail and whoever reads it are up to date again. Needs MONGODB_URI and NATS_URL.
 */
export async function republish<T extends Listed>({ stream, republish }: AggregateKind<T>): Promise<void> {
  const config = readConfig(schema);
  const log = createLogger("republish", config.LOG_LEVEL);
  const security = await openTransportSecurity(config.TLS_DIR, log);
  const { db, close } = await openDatabase(config.MONGODB_URI, log, security);
  const events = await createEvents({
    natsUrl: config.NATS_URL,
    replicas: config.EVENT_REPLICAS,
    name: "republish",
    log,
    security,
  });
  console.log(`${stream}: ${await republish({ db, events })} snapshots published`);
  await events.close();
  await close();
}
