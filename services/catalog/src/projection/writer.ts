import { Worker } from "node:worker_threads";
import type { Clock } from "@ticketing/runtime/process/clock";
import type { ErrorLog } from "./checkpoints.ts";
import type { Changes, ProjectedStream } from "./projection.ts";
import { fromThreadError, type ThreadError } from "./thread-error.ts";

/** Writes the projection in a thread of its own: who serves waits for no change. Each call rejects as the thread's work throws. */
export interface Writer {
  /** Resolves once changes and position are saved, together. While the log is too long it waits. */
  apply(changes: Changes): Promise<void>;
  /** Forgets what came of a stream, and how far it was applied. */
  reset(stream: ProjectedStream): Promise<void>;
  /** When time alone changes a row next, as of what was saved last, in ms since 1970; Infinity: never. */
  nextDue(): number;
  /** Ends what is due at `now`, at most some hundreds at once; gives whether more is due. */
  passTime(now: number): Promise<boolean>;
  /** Rejects while the file cannot be written to: it has no room, or no right or disk to write with. */
  requireWritable(): Promise<void>;
  /** Takes the log into the file, closes it, and ends the thread. */
  close(): Promise<void>;
}

export interface WriterOptions {
  clock: Clock;
  log: ErrorLog;
  /** Something was saved, or could not be; by an event or by time alone these listings changed. */
  onSaved: (changed: readonly string[]) => void;
  /** A statement found that the file is damaged. */
  onDamage: (error: Error) => void;
  /** The thread ended by itself: nothing is saved any more. */
  onEnd: (error: Error) => void;
  /** How the thread is started; for tests. */
  start?: typeof startThread;
}

/** What the thread is asked for. */
export type WriterTask =
  | { does: "apply"; changes: Changes }
  | { does: "reset"; stream: ProjectedStream }
  | { does: "passTime" }
  | { does: "requireWritable" }
  | { does: "close" };

/** A task with the time at which it was given, in ms since 1970: the thread has no other clock. */
export type WriterRequest = WriterTask & { id: number; now: number };

/** What the thread says: that the file is open; the answer to a request; what it has found; what it would log. */
export type WriterMessage =
  | { says: "open"; nextDue: number }
  | {
      says: "done";
      id: number;
      changed: readonly string[];
      nextDue: number;
      isMoreDue: boolean;
      error: ThreadError | undefined;
    }
  | { says: "damage"; error: ThreadError }
  | { says: "log"; facts: object; text: string };

const startThread = (file: string, now: number): Worker =>
  new Worker(new URL("./writer-thread.ts", import.meta.url), {
    workerData: { file, now },
    execArgv: ["--conditions=@ticketing/source"],
    // What comes in a part does not live for long: a larger heap would only be emptied later.
    resourceLimits: { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 256 },
  });

/** Opens the file, or makes it anew, as `openProjection` does, in a thread. Rejects where that fails. */
export async function openWriter(file: string, options: WriterOptions): Promise<Writer> {
  const { clock, log, onSaved, onDamage, onEnd, start = startThread } = options;
  const waiting = new Map<number, PromiseWithResolvers<boolean>>();
  const worker = start(file, clock().getTime());
  const opened = Promise.withResolvers<void>();
  const exited = Promise.withResolvers<void>();
  let isOpen = false;
  let lastId = 0;
  let nextDue = Number.POSITIVE_INFINITY;
  let isClosing = false;
  let ended: Error | undefined;

  function ask(task: WriterTask, now = clock().getTime()): Promise<boolean> {
    if (ended) return Promise.reject(ended);
    const request: WriterRequest = { ...task, id: ++lastId, now };
    worker.postMessage(request);
    const answer = Promise.withResolvers<boolean>();
    waiting.set(request.id, answer);
    return answer.promise;
  }

  function told(message: WriterMessage): void {
    switch (message.says) {
      case "open":
        nextDue = message.nextDue;
        opened.resolve();
        break;
      case "done":
        nextDue = message.nextDue;
        // Who reads has left by then.
        if (!isClosing) onSaved(message.changed);
        settle(message);
        break;
      case "damage":
        onDamage(fromThreadError(message.error));
        break;
      case "log":
        log.error(message.facts, message.text);
    }
  }

  function settle({ id, error, isMoreDue }: Extract<WriterMessage, { says: "done" }>): void {
    const answer = waiting.get(id);
    waiting.delete(id);
    if (error) answer?.reject(fromThreadError(error));
    else answer?.resolve(isMoreDue);
  }

  worker.on("message", told);
  let failure = new Error("the thread that writes the file of search has ended");
  worker.on("error", (error) => {
    failure = error instanceof Error ? error : new Error(String(error));
  });
  worker.once("exit", () => {
    ended = failure;
    for (const answer of waiting.values()) answer.reject(ended);
    waiting.clear();
    opened.reject(ended);
    exited.resolve();
    if (isOpen && !isClosing) onEnd(ended);
  });
  await opened.promise;
  isOpen = true;

  return {
    apply: async (changes) => void (await ask({ does: "apply", changes })),
    reset: async (stream) => void (await ask({ does: "reset", stream })),
    nextDue: () => nextDue,
    passTime: (now) => ask({ does: "passTime" }, now),
    requireWritable: async () => void (await ask({ does: "requireWritable" })),
    async close() {
      isClosing = true;
      await ask({ does: "close" });
      await exited.promise;
    },
  };
}
