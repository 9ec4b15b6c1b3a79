import { parentPort, workerData } from "node:worker_threads";
import { connectBroker } from "@ticketing/runtime/events/broker-connection";
import { openFileStore } from "@ticketing/runtime/events/file-store";
import { SNAPSHOTS, type SnapshotTask } from "./snapshots.ts";
import { startFile } from "./start-file.ts";
import { takeSnapshot } from "./take-snapshot.ts";

/** The thread that copies, checks and compresses: all of it would stop a thread that serves. */
const { broker, replicas, maxBytes, file, take }: SnapshotTask = workerData;
const connection = await connectBroker(broker);
try {
  const store = await openFileStore(connection, { ...SNAPSHOTS, replicas, maxBytes });
  parentPort?.postMessage(
    take ? await takeSnapshot({ store, file, every: take.every }) : await startFile(store, file),
  );
} finally {
  await connection.close();
}
