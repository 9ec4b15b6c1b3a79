import { randomUUID } from "node:crypto";
import { z } from "zod";
import { createEvents } from "../events/events.ts";
import { databaseConfig, eventsConfig, processConfig, readConfig } from "../process/config.ts";
import { createLogger } from "../process/log.ts";
import { openTransportSecurity } from "../process/transport-security.ts";
import { openDatabase } from "./database.ts";
import type { Outbox } from "./outbox.ts";
import type { Aggregate } from "./transition.ts";

const { LOG_LEVEL } = processConfig.shape;
const schema = z.object({ ...databaseConfig.shape, ...eventsConfig.shape, LOG_LEVEL });

/**
 * A whole command: announces the newest transition of every document again, with its current state, so that a
 * stream which lost its tail and whoever reads it are up to date again. Needs MONGODB_URI and NATS_URL.
 */
export async function republish<T extends Aggregate>(outbox: Outbox<T>): Promise<void> {
  const config = readConfig(schema);
  const log = createLogger(`republish-${outbox.collection}`, config.LOG_LEVEL);
  const security = await openTransportSecurity(config.TLS_DIR, log);
  const { db, close } = await openDatabase(config.MONGODB_URI, log, security);
  const events = await createEvents({
    natsUrl: config.NATS_URL,
    replicas: config.EVENT_REPLICAS,
    name: "republish",
    log,
    security,
  });
  await events.ensureStream(outbox.stream, [outbox.subject]);
  let count = 0;
  for await (const document of db.collection<T>(outbox.collection).find()) {
    const last = document.history.at(-1);
    if (!last) continue;
    const event = outbox.event(document as T, last);
    // The stream may know the event's own id and still have lost the event.
    await events.publish({ ...event, messageId: `${event.id}:${randomUUID()}` });
    count++;
  }
  console.log(`${outbox.stream}: ${count} snapshots published`);
  await events.close();
  await close();
}
