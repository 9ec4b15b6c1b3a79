import { z } from "zod";
import { type Database, openDatabase } from "../documents/database.ts";
import { createEvents, type Events } from "../events/events.ts";
import { databaseConfig, eventsConfig, processConfig, streamSettings } from "../process/config.ts";
import { createLogger, type Logger } from "../process/log.ts";
import { openTransportSecurity, type TransportSecurity } from "../process/transport-security.ts";

/** The settings by which a command reaches its service's database and the broker. */
export const resourcesConfig = z.object({
  ...databaseConfig.shape,
  ...eventsConfig.shape,
  LOG_LEVEL: processConfig.shape.LOG_LEVEL,
});

/** The open connections of a command. */
export interface ProcessResources {
  log: Logger;
  security: TransportSecurity | undefined;
  database: Database;
  events: Events;
}

/** Connects to database and broker, under a name that both logs and the broker show. */
export async function openResources(
  name: string,
  config: z.output<typeof resourcesConfig>,
): Promise<ProcessResources> {
  const log = createLogger(name, config.LOG_LEVEL);
  const security = await openTransportSecurity(config.TLS_DIR, log);
  const database = await openDatabase(config.MONGODB_URI, log, security);
  const streams = streamSettings(config);
  const events = await createEvents({ natsUrl: config.NATS_URL, streams, name, log, security });
  return { log, security, database, events };
}
