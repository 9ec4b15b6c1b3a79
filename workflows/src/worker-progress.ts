import type { Client } from "@temporalio/client";
import type { ActivityInterceptorsFactory, Worker } from "@temporalio/worker";

/** So long may tasks wait while the worker succeeds at nothing, before it counts as stuck. */
const STALL_MS = 60_000;

/** temporal.api.enums.v1.TaskQueueType: those of workflow tasks and of activities. */
const TASK_QUEUE_TYPES = [1, 2];

/** Notes when a worker last did something. */
export interface Progress {
  /** Goes into the worker's options. */
  interceptor: ActivityInterceptorsFactory;
  /** For how long no activity, local or not, succeeded. */
  idleMs(): number;
}

export function createProgress(): Progress {
  let last = performance.now();
  return {
    interceptor: () => ({
      inbound: {
        async execute(input, next) {
          const result = await next(input);
          last = performance.now();
          return result;
        },
      },
    }),
    idleMs: () => performance.now() - last,
  };
}

/**
 * Rejects when the worker makes no progress: it does not poll, or tasks have waited on its queue for `stallMs` and it
 * succeeded at nothing in that time. One with nothing to do is well, and so is one with much to do. Temporal is only
 * asked about a worker that did nothing for so long.
 */
export async function requireProgress(
  { worker, progress }: { worker: Pick<Worker, "getStatus">; progress: Pick<Progress, "idleMs"> },
  client: Client,
  taskQueue: string,
  stallMs = STALL_MS,
): Promise<void> {
  const { runState, workflowPollerState, activityPollerState } = worker.getStatus();
  if (runState !== "RUNNING" || workflowPollerState !== "POLLING" || activityPollerState !== "POLLING") {
    throw new Error(
      `the worker of ${taskQueue} is ${runState}, polling: ${workflowPollerState}, ${activityPollerState}`,
    );
  }
  if (progress.idleMs() < stallMs) return;
  for (const taskQueueType of TASK_QUEUE_TYPES) {
    const asked = client.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: taskQueue },
      taskQueueType,
      reportStats: true,
    });
    // A Temporal that cannot be asked is no fault of the worker's, and counts by itself.
    const queue = await asked.catch(() => undefined);
    const waitingMs = 1000 * Number(queue?.stats?.approximateBacklogAge?.seconds ?? 0);
    if (waitingMs >= stallMs)
      throw new Error(`tasks of ${taskQueue} have waited for ${waitingMs} ms, and none is done`);
  }
}
