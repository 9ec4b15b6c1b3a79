import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import type { CheckpointMode } from "./checkpoints.ts";

/** The thread that waits for the disk: takes the log of the file into it when it is asked to, and says when that is done. */
const db = new DatabaseSync(workerData as string, { timeout: 1_000 });
parentPort?.on("message", (mode: CheckpointMode) => {
  db.exec(`PRAGMA wal_checkpoint(${mode})`);
  if (mode === "TRUNCATE") db.close();
  parentPort?.postMessage(mode);
});
