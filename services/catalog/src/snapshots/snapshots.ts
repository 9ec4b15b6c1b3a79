import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { BrokerAddress } from "@ticketing/runtime/events/broker-connection";
import type { StoredFile } from "@ticketing/runtime/events/file-store";
import type { Logger } from "@ticketing/runtime/process/log";
import { damageOf } from "../projection/damage.ts";
import { removeProjection } from "../projection/projection.ts";
import type { FileAtStart } from "./start-file.ts";

/** The stream with the snapshots of search's projection. */
export const SNAPSHOTS = { stream: "CATALOG_SNAPSHOTS", subject: "snapshots.catalog", keep: 2 };

/** A replica looks so often within an interval whether a snapshot is due: any of them may take it. */
const LOOKS = 6;

export interface SnapshotOptions {
  broker: BrokerAddress;
  /** How many servers of the broker keep a snapshot. */
  replicas: number;
  /** What all snapshots may take, in bytes; absent: what the broker has. */
  maxBytes?: number | undefined;
  /** The projection's file. */
  file: string;
}

/** What the thread is to do: take a snapshot if one is due, or restore one. */
export interface SnapshotTask extends SnapshotOptions {
  take?: { every: number };
}

/** Before anything else: a file that is damaged goes, so that a snapshot or the streams bring it back. */
export function discardDamaged(file: string, log: Pick<Logger, "error">): void {
  const damage = damageOf(file);
  if (damage === undefined) return;
  log.error({ file, damage }, "a damaged file of search was removed");
  removeProjection(file);
}

/**
 * Before the projection's file is opened: puts the newest snapshot that fits in its place, if it is missing or the
 * streams cannot go on from it. A failure, also of the broker, is logged: the streams are then read from where the file
 * is, or from their first event.
 */
export async function restoreFile(options: SnapshotOptions, log: Logger): Promise<FileAtStart> {
  const begun = performance.now();
  try {
    const start = await run<FileAtStart>(options).done;
    const { unfit, snapshot, refused } = start;
    const took = Math.round(performance.now() - begun);
    if (refused.length > 0) log.warn({ refused }, "snapshots were not used");
    if (unfit && snapshot) log.info({ unfit, snapshot, took }, "a snapshot was restored");
    else if (unfit) log.info({ unfit }, "no snapshot fits: the streams are read from their first event");
    return start;
  } catch (error) {
    log.warn({ err: error }, "no snapshot was restored");
    return { refused: [] };
  }
}

/** Takes a snapshot every so many ms, by one of the replicas. Returns how to stop. */
export function keepSnapshots(
  options: SnapshotOptions & { every: number },
  log: Logger,
): () => Promise<void> {
  const { every, ...rest } = options;
  const stopped = new AbortController();
  let running: { done: Promise<StoredFile | undefined>; stop(): void } | undefined;
  async function loop(): Promise<void> {
    for (;;) {
      await sleep(every / LOOKS, undefined, { signal: stopped.signal });
      try {
        running = run<StoredFile | undefined>({ ...rest, take: { every } });
        const snapshot = await running.done;
        if (snapshot) log.info({ snapshot }, "a snapshot was taken");
      } catch (error) {
        if (!stopped.signal.aborted) log.error({ err: error }, "no snapshot was taken");
      }
    }
  }
  const ended = loop().catch(() => undefined);
  return async () => {
    stopped.abort();
    running?.stop();
    await ended;
  };
}

/** Runs a task in a thread of its own. */
function run<T>(task: SnapshotTask): { done: Promise<T>; stop(): void } {
  const worker = new Worker(new URL("./thread.ts", import.meta.url), {
    workerData: task,
    execArgv: ["--conditions=@ticketing/source"],
  });
  const done = new Promise<T>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`the thread ended with ${code}`)));
  });
  return { done, stop: () => void worker.terminate() };
}
