import { openDatabase } from "@ticketing/runtime/documents/database";
import { readVersions, versionDifference } from "@ticketing/runtime/documents/version-difference";
import { databaseConfig, processConfig, readConfig } from "@ticketing/runtime/process/config";
import { createLogger } from "@ticketing/runtime/process/log";
import { openTransportSecurity } from "@ticketing/runtime/process/transport-security";
import { z } from "zod";

/**
 * A whole command: compares the orders of the overview with the orders that are stored, by id and version, and ends with
 * 1 when they differ. What is in flight differs for a moment: run it again before believing it.
 */
const config = readConfig(
  z.object({
    ...databaseConfig.shape,
    ORDERS_MONGODB_URI: databaseConfig.shape.MONGODB_URI,
    LOG_LEVEL: processConfig.shape.LOG_LEVEL,
  }),
);
const log = createLogger("diff", config.LOG_LEVEL);
const security = await openTransportSecurity(config.TLS_DIR, log);
const [shown, orders] = await Promise.all(
  [config.MONGODB_URI, config.ORDERS_MONGODB_URI].map(async (uri) => {
    const { db, close } = await openDatabase(uri, log, security);
    const versions = await readVersions(db, "orders");
    await close();
    return versions;
  }),
);
const { equal, text } = versionDifference(orders ?? new Map(), shown ?? new Map());
console.log(`orders: ${text}`);
process.exitCode = equal ? 0 : 1;
