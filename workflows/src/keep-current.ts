import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@temporalio/client";
import type { Logger } from "@ticketing/runtime/process/log";
import { makeBuildCurrent, readCurrentBuild } from "./current-build.ts";
import { QUEUES, type Queue } from "./names.ts";

const LOOK_MS = 5_000;

/** Sees to it that Temporal gives its tasks to a build that somebody runs. */
export interface CurrentKeeper {
  /** Rejects while this build gets no tasks, since another one that is run does: what a person may do about it. */
  requireTasks(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A build that is rolled back to polls, and gets no tasks while the newer one is current. As soon as nobody runs the
 * current build any more, this one takes its place. Of two builds that are both run, the one that is current stays:
 * which of them it is to be, `make-current` says.
 */
export function keepCurrent(options: {
  client: Client;
  buildId: string;
  log: Pick<Logger, "warn">;
  queues?: readonly Queue[];
  lookMs?: number;
}): CurrentKeeper {
  const { client, buildId, log, queues = QUEUES, lookMs = LOOK_MS } = options;
  /** By deployment, the build that gets the tasks instead. */
  const others = new Map<string, string>();

  async function look(queue: Queue): Promise<void> {
    const current = await readCurrentBuild(client, queue);
    if (current.buildId !== undefined && current.buildId !== buildId && current.isRun) {
      others.set(queue.deployment, current.buildId);
      return;
    }
    if (current.buildId !== buildId) {
      await makeBuildCurrent(client, queue, { buildId, identity: `worker of ${buildId}` });
      log.warn({ ...queue, buildId, before: current.buildId }, "nobody runs the current build; this one is");
    }
    others.delete(queue.deployment);
  }

  const over = new AbortController();
  const { signal } = over;
  const looking = (async () => {
    while (!signal.aborted) {
      for (const queue of queues) {
        if (signal.aborted) return;
        await look(queue).catch((error: unknown) =>
          log.warn({ err: error, ...queue }, "it could not be seen to that the current build is run"),
        );
      }
      await sleep(lookMs, undefined, { signal }).catch(() => undefined);
    }
  })();
  return {
    async requireTasks() {
      const [first] = others;
      if (first)
        throw new Error(
          `${first[0]}: build ${buildId} gets no tasks while workers of ${first[1]} run, which is current; it takes over when they are gone, or at once by make-current`,
        );
    },
    async stop() {
      over.abort();
      await looking;
    },
  };
}
