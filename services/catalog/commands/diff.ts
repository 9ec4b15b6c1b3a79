import { openDatabase } from "@ticketing/runtime/documents/database";
import { databaseConfig, processConfig, readConfig } from "@ticketing/runtime/process/config";
import { createLogger } from "@ticketing/runtime/process/log";
import { openTransportSecurity } from "@ticketing/runtime/process/transport-security";
import type { Db } from "mongodb";
import { z } from "zod";

/**
 * A whole command: compares the read models with the documents that they follow, by id and version, and ends with
 * 1 when they differ. What is in flight differs for a moment: run it again before believing it.
 */
const uri = databaseConfig.shape.MONGODB_URI;
const config = readConfig(
  z.object({
    ...databaseConfig.shape,
    TICKETS_MONGODB_URI: uri,
    ORDERS_MONGODB_URI: uri,
    LOG_LEVEL: processConfig.shape.LOG_LEVEL,
  }),
);
const log = createLogger("diff", config.LOG_LEVEL);
const security = await openTransportSecurity(config.TLS_DIR, log);

async function versions(db: Db, collection: string): Promise<Map<string, number>> {
  const rows = db
    .collection<{ _id: string; version: number }>(collection)
    .find({}, { projection: { version: 1 } });
  return new Map((await rows.toArray()).map(({ _id, version }) => [_id, version]));
}

const catalog = await openDatabase(config.MONGODB_URI, log, security);
let equal = true;
for (const [source, projection, from] of [
  ["tickets", "listings", config.TICKETS_MONGODB_URI],
  ["orders", "orders", config.ORDERS_MONGODB_URI],
] as const) {
  const database = await openDatabase(from, log, security);
  const [truth, shown] = [await versions(database.db, source), await versions(catalog.db, projection)];
  await database.close();
  const missing = [...truth.keys()].filter((id) => !shown.has(id));
  const unknown = [...shown.keys()].filter((id) => !truth.has(id));
  const behind = [...truth].filter(([id, version]) => shown.has(id) && shown.get(id) !== version);
  if (missing.length + unknown.length + behind.length > 0) equal = false;
  console.log(
    `${source}: ${truth.size} documents; in the read model ${missing.length} are missing, ${behind.length} at another version, ${unknown.length} unknown`,
  );
}
await catalog.close();
process.exitCode = equal ? 0 : 1;
