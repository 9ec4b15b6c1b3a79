import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import type { CheckpointEnd, CheckpointMode } from "./checkpoints.ts";
import { isUnwritable } from "./damage.ts";

/**
 * The thread that waits for the disk: takes the log of the file into it when it is asked to, and says when that is done,
 * or has failed for want of space. Any other error ends it.
 */
const db = new DatabaseSync(workerData as string, { timeout: 1_000 });
parentPort?.on("message", (mode: CheckpointMode) => {
  const end: CheckpointEnd = { mode };
  try {
    db.exec(`PRAGMA wal_checkpoint(${mode})`);
  } catch (error) {
    if (!isUnwritable(error)) throw error;
    end.failure = String(error);
  }
  if (mode === "TRUNCATE") db.close();
  parentPort?.postMessage(end);
});
