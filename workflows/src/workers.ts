import { type NativeConnection, Runtime, Worker, type WorkerOptions } from "@temporalio/worker";
import { bundleWorkflows } from "./bundle-workflows.ts";
import { LIFECYCLE, type Queue, RECONCILIATION, REFUND } from "./names.ts";
import { createProgress, type Progress } from "./worker-progress.ts";

type Slots = Required<
  Pick<
    WorkerOptions,
    | "maxConcurrentWorkflowTaskExecutions"
    | "maxConcurrentLocalActivityExecutions"
    | "maxConcurrentActivityTaskExecutions"
    | "maxConcurrentWorkflowTaskPolls"
    | "maxConcurrentActivityTaskPolls"
  >
> &
  Pick<WorkerOptions, "workflowThreadPoolSize" | "maxCachedWorkflows">;

/**
 * Room for a crowd. A step holds a workflow task for 5 s at most before it goes on as an activity, so that stuck orders
 * pass through these slots once and wait outside of them from then on. A call that hangs holds a local activity until
 * its own deadline, three times as long. A slot costs nothing.
 */
const roomy = {
  maxConcurrentWorkflowTaskExecutions: 400,
  maxConcurrentLocalActivityExecutions: 1_000,
  maxConcurrentActivityTaskExecutions: 400,
};

/** What a worker of each queue does at once. */
const slots = new Map<Queue, Slots>([
  [LIFECYCLE, { ...roomy, maxConcurrentWorkflowTaskPolls: 10, maxConcurrentActivityTaskPolls: 5 }],
  [
    REFUND,
    {
      ...roomy,
      maxConcurrentWorkflowTaskPolls: 2,
      maxConcurrentActivityTaskPolls: 2,
      workflowThreadPoolSize: 1,
      maxCachedWorkflows: 400,
    },
  ],
  [
    RECONCILIATION,
    {
      maxConcurrentWorkflowTaskExecutions: 2,
      maxConcurrentLocalActivityExecutions: 2,
      maxConcurrentActivityTaskExecutions: 8,
      maxConcurrentWorkflowTaskPolls: 2,
      maxConcurrentActivityTaskPolls: 2,
      workflowThreadPoolSize: 1,
      maxCachedWorkflows: 10,
    },
  ],
]);

/** A worker of one queue, and how it gets on. */
export interface QueueWorker {
  queue: Queue;
  worker: Worker;
  progress: Progress;
}

/**
 * A worker for each queue. Each can run everything: what began on the first queue before there were others goes on
 * there to its end.
 */
export async function createWorkers(options: {
  connection: NativeConnection;
  namespace: string;
  buildId: string;
  activities: object;
  /** The workflows as one file; without it they are bundled here, once. */
  bundle?: string | undefined;
}): Promise<QueueWorker[]> {
  const { connection, namespace, buildId, activities, bundle } = options;
  const workflowBundle = bundle ? { codePath: bundle } : await bundleWorkflows(Runtime.instance().logger);
  return Promise.all(
    [...slots].map(async ([queue, limits]) => {
      const progress = createProgress();
      const worker = await Worker.create({
        connection,
        namespace,
        taskQueue: queue.taskQueue,
        workflowBundle,
        activities,
        interceptors: { activity: [progress.interceptor] },
        workerDeploymentOptions: {
          version: { deploymentName: queue.deployment, buildId },
          useWorkerVersioning: true,
          defaultVersioningBehavior: "AUTO_UPGRADE",
        },
        shutdownGraceTime: "5s",
        ...limits,
      });
      return { queue, worker, progress };
    }),
  );
}
