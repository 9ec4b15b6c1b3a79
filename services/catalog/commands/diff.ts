import { DatabaseSync } from "node:sqlite";
import { openDatabase } from "@ticketing/runtime/documents/database";
import { databaseConfig, processConfig, readConfig } from "@ticketing/runtime/process/config";
import { createLogger } from "@ticketing/runtime/process/log";
import { openTransportSecurity } from "@ticketing/runtime/process/transport-security";
import { z } from "zod";

/**
 * A whole command: compares the read models with the documents that they follow, by id and version, and ends with
 * 1 when they differ. What is in flight differs for a moment: run it again before believing it. Of search it compares
 * the file of each replica that it reaches.
 */
const uri = databaseConfig.shape.MONGODB_URI;
const config = readConfig(
  z.object({
    ...databaseConfig.shape,
    TICKETS_MONGODB_URI: uri,
    ORDERS_MONGODB_URI: uri,
    /** The projections of search, separated by commas: `<DATA_DIR>/search.db` of each replica. */
    SEARCH_FILES: z.string().transform((text) => text.split(",")),
    LOG_LEVEL: processConfig.shape.LOG_LEVEL,
  }),
);
const log = createLogger("diff", config.LOG_LEVEL);
const security = await openTransportSecurity(config.TLS_DIR, log);

type Versions = Map<string, number>;

async function storedIn(databaseUri: string, collection: string): Promise<Versions> {
  const { db, close } = await openDatabase(databaseUri, log, security);
  const rows = db.collection<{ _id: string; version: number }>(collection);
  const all = await rows.find({}, { projection: { version: 1 } }).toArray();
  await close();
  return new Map(all.map(({ _id, version }) => [_id, version]));
}

function projectedIn(file: string): Versions {
  const db = new DatabaseSync(file, { readOnly: true });
  const rows = db.prepare("SELECT id, version FROM listings").all();
  db.close();
  return new Map(rows.map(({ id, version }) => [String(id), Number(version)]));
}

function compare(name: string, truth: Versions, shown: Versions): boolean {
  const missing = [...truth.keys()].filter((id) => !shown.has(id));
  const unknown = [...shown.keys()].filter((id) => !truth.has(id));
  const behind = [...truth].filter(([id, version]) => shown.has(id) && shown.get(id) !== version);
  console.log(
    `${name}: ${truth.size} documents; in the read model ${missing.length} are missing, ${behind.length} at another version, ${unknown.length} unknown`,
  );
  return missing.length + unknown.length + behind.length === 0;
}

const tickets = await storedIn(config.TICKETS_MONGODB_URI, "tickets");
const results = config.SEARCH_FILES.map((file) => compare(`tickets in ${file}`, tickets, projectedIn(file)));
const orders = await storedIn(config.ORDERS_MONGODB_URI, "orders");
results.push(compare("orders", orders, await storedIn(config.MONGODB_URI, "orders")));
process.exitCode = results.every(Boolean) ? 0 : 1;
