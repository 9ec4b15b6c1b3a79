import { DatabaseSync } from "node:sqlite";
import { openDatabase } from "@ticketing/runtime/documents/database";
import {
  readVersions,
  type Versions,
  versionDifference,
} from "@ticketing/runtime/documents/version-difference";
import { databaseConfig, processConfig, readConfig } from "@ticketing/runtime/process/config";
import { createLogger } from "@ticketing/runtime/process/log";
import { openTransportSecurity } from "@ticketing/runtime/process/transport-security";
import { z } from "zod";

/**
 * A whole command: compares what search has with the tickets, events and venues that are stored, by id and version, in
 * the file of each replica that it reaches, and ends with 1 when they differ. What is in flight differs for a moment: run it again
 * before believing it.
 */
const { MONGODB_URI, ...connection } = databaseConfig.shape;
const config = readConfig(
  z.object({
    ...connection,
    TICKETS_MONGODB_URI: MONGODB_URI,
    EVENTS_MONGODB_URI: MONGODB_URI,
    /** The projections of search, separated by commas: `<DATA_DIR>/search.db` of each replica. */
    SEARCH_FILES: z.string().transform((text) => text.split(",")),
    LOG_LEVEL: processConfig.shape.LOG_LEVEL,
  }),
);
const log = createLogger("diff", config.LOG_LEVEL);
const security = await openTransportSecurity(config.TLS_DIR, log);
const tickets = await openDatabase(config.TICKETS_MONGODB_URI, log, security);
const events = await openDatabase(config.EVENTS_MONGODB_URI, log, security);
/** What is stored, by the table of the projection that follows it. */
const stored: Readonly<Record<string, Versions>> = {
  listings: await readVersions(tickets.db, "tickets"),
  known_events: await readVersions(events.db, "events"),
  known_venues: await readVersions(events.db, "venues"),
};
await Promise.all([tickets.close(), events.close()]);

function projectedIn(file: string, table: string): Versions {
  const db = new DatabaseSync(file, { readOnly: true });
  const rows = db.prepare(`SELECT id, version FROM ${table}`).all();
  db.close();
  return new Map(rows.map(({ id, version }) => [String(id), Number(version)]));
}

const results = config.SEARCH_FILES.flatMap((file) =>
  Object.entries(stored).map(([table, documents]) => {
    try {
      const { equal, text } = versionDifference(documents, projectedIn(file, table));
      console.log(`${table} in ${file}: ${text}`);
      return equal;
    } catch (error) {
      console.log(
        `${table} in ${file}: it cannot be read: ${error instanceof Error ? error.message : error}`,
      );
      return false;
    }
  }),
);
process.exitCode = results.every(Boolean) ? 0 : 1;
