import { z } from "zod";
import { databaseConfig, processConfig, readConfig } from "./config.ts";
import { openDatabase } from "./database.ts";
import type { VersionedDocument } from "./document-store.ts";
import { createEvents } from "./events.ts";
import { createLogger } from "./log.ts";
import { type Outbox, openOutbox } from "./outbox.ts";

const { NATS_URL, LOG_LEVEL } = processConfig.shape;
const schema = z.object({ ...databaseConfig.shape, NATS_URL, LOG_LEVEL });

/**
 * A whole command: announces the newest transition of every document again, with its current state, so that a
 * stream which lost its tail and whoever reads it are up to date again. Needs MONGODB_URI and NATS_URL.
 */
export async function republish<T extends VersionedDocument>(outbox: Outbox<T>): Promise<void> {
  const config = readConfig(schema);
  const log = createLogger(`republish-${outbox.collection}`, config.LOG_LEVEL);
  const { db, close } = await openDatabase(config.MONGODB_URI, log);
  const events = await createEvents({ natsUrl: config.NATS_URL, name: "republish", log });
  const relay = await openOutbox(outbox, { db, events, log });
  const count = await relay.republish();
  console.log(`${outbox.stream}: ${count} snapshots published`);
  await events.close();
  await close();
}
