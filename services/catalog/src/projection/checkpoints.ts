import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { isUnwritable } from "./damage.ts";
import type { Projection } from "./projection.ts";

/** Pages of 4 kB in SQLite's write-ahead log. */
export interface LogBounds {
  /** So many that are not in the file yet make a checkpoint due. */
  due: number;
  /** With so many, nothing is applied until a checkpoint has ended: the log then begins anew. */
  most: number;
  /** With so many, nothing is applied until who reads the file lets go of the log: a snapshot that is being taken. */
  mostEver: number;
}

/** Where failures are said. */
export interface ErrorLog {
  error(facts: object, text: string): void;
}

export const LOG_BOUNDS: LogBounds = { due: 4_000, most: 16_000, mostEver: 128_000 };

const LOOK_MS = 1_000;
const WAIT_MS = 50;
/** SQLite's own way, where the thread is gone: the commit that makes the log longer than this takes it into the file. */
const WITHOUT_THREAD = 1_000;

/** Takes the log of a projection into its file in a thread: it waits for the disk, and who writes does not. */
export interface Checkpoints {
  /** To be awaited before changes are applied: keeps the log within its bounds. Never rejects. */
  room(): Promise<void>;
  /** Takes the rest into the file and ends the thread. */
  stop(): Promise<void>;
}

/** What the thread is asked for. */
export type CheckpointMode = "PASSIVE" | "TRUNCATE";

/** How it went. The pages that a failed one has not taken into the file stay in the log. */
export interface CheckpointEnd {
  mode: CheckpointMode;
  failure?: string;
}

export function keepCheckpoints(
  { db, failed }: Pick<Projection, "db" | "failed">,
  { file, log, bounds = LOG_BOUNDS }: { file: string; log: ErrorLog; bounds?: LogBounds },
): Checkpoints {
  // Counts alone: it neither writes nor waits.
  const look = db.prepare("PRAGMA wal_checkpoint(NOOP)");
  const worker = new Worker(new URL("./checkpoint-thread.ts", import.meta.url), { workerData: file });
  let isStopping = false;
  let underWay: { done: Promise<void>; end(): void } | undefined;
  let held = bounds.most;
  let lastFailure: string | undefined;

  /** None where it cannot be asked, since the file cannot be written to: its owner finds that out, too. */
  function looked(): Record<string, unknown> {
    try {
      return look.get() ?? {};
    } catch (error) {
      if (!isUnwritable(error)) throw error;
      return { log: 0, checkpointed: 0 };
    }
  }

  function pages(): { all: number; due: number } {
    const row = looked();
    const [all, due] = [Number(row.log), Number(row.log) - Number(row.checkpointed)];
    // The next write begins a log of which all is in the file anew.
    return { all: due === 0 ? 0 : all, due };
  }

  /** Ends when a checkpoint that begins now has ended, or there is no thread. */
  async function checkpoint(mode: CheckpointMode): Promise<void> {
    await underWay?.done;
    begin(mode);
    await underWay?.done;
  }

  function begin(mode: CheckpointMode): void {
    if (underWay || worker.threadId === -1) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    underWay = { done: promise, end: resolve };
    worker.postMessage(mode);
  }

  function ended(): void {
    const ending = underWay;
    underWay = undefined;
    ending?.end();
  }

  worker.on("message", ({ failure }: CheckpointEnd) => {
    if (failure !== lastFailure && failure !== undefined)
      log.error({ file, failure }, "the log of search cannot be taken into its file");
    lastFailure = failure;
    ended();
  });
  worker.on("error", (error) => {
    log.error({ err: error }, "the thread of checkpoints failed");
    failed(error);
  });
  const exited = new Promise<void>((resolve) => {
    worker.once("exit", () => {
      if (!isStopping && db.isOpen) db.exec(`PRAGMA wal_autocheckpoint = ${WITHOUT_THREAD}`);
      ended();
      resolve();
    });
  });
  db.exec("PRAGMA wal_autocheckpoint = 0");
  const looking = setInterval(() => {
    if (pages().due > 0) begin("PASSIVE");
  }, LOOK_MS);

  return {
    async room() {
      const { all, due } = pages();
      if (due > bounds.due) begin("PASSIVE");
      if (all <= held) return;
      await checkpoint("PASSIVE");
      while (pages().all > bounds.mostEver && worker.threadId !== -1) {
        await sleep(WAIT_MS);
        await checkpoint("PASSIVE");
      }
      // Who reads the file keeps the log from beginning anew: that is tried again when it has grown by as much as is due.
      const left = pages().all;
      held = left === 0 ? bounds.most : Math.min(left + bounds.due, bounds.mostEver);
    },
    async stop() {
      isStopping = true;
      clearInterval(looking);
      await checkpoint("TRUNCATE");
      await worker.terminate();
      await exited;
    },
  };
}
