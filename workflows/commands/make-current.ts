import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "@temporalio/client";
import { createLogger } from "@ticketing/runtime/process/log";
import { retrying } from "@ticketing/runtime/process/retrying";
import { openTransportSecurity } from "@ticketing/runtime/process/transport-security";
import { versionConfig } from "../src/config.ts";
import { makeBuildCurrent } from "../src/current-build.ts";
import { QUEUES, type Queue } from "../src/names.ts";
import { connectTemporal } from "../src/temporal-connection.ts";

/**
 * A whole command: makes this build the current version of each queue's deployment; its workers are given no task
 * before. Waits for the first of them to poll, by which the server learns of the version.
 */
const PATIENCE_MS = 300_000;

const config = versionConfig();
const log = createLogger("make-current", config.LOG_LEVEL);
const security = await openTransportSecurity(config.TLS_DIR, log);
const connection = await retrying(
  () => connectTemporal(config.TEMPORAL_ADDRESS, { security }),
  log,
  "temporal",
);
const client = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
const buildId = config.WORKER_BUILD_ID;
const deadline = Date.now() + PATIENCE_MS;
for (const queue of QUEUES) await makeCurrent(queue);
await connection.close();

async function makeCurrent(queue: Queue): Promise<void> {
  for (;;) {
    try {
      await makeBuildCurrent(client, queue, { buildId, identity: "make-current" });
      console.log(`${queue.deployment}: build ${buildId} is current`);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      log.info({ err: error }, "the version cannot be made current yet");
      await sleep(2000);
    }
  }
}
