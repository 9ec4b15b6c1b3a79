import type { Client } from "@temporalio/client";
import type { Queue } from "./names.ts";

/** Workers report themselves once a minute; two reports missed, and a moment. */
const REPORT_MS = 130_000;
/** A poll waits for a minute at most. */
const POLL_MS = 75_000;
/** temporal.api.enums.v1: the type of a queue of workflow tasks, and a worker's status. */
const WORKFLOW_TASKS = 1;
const RUNNING = 1;

/** The build that Temporal gives a queue's tasks to, and whether a worker of it is there to take them. */
export interface CurrentBuild {
  /** Undefined before any build was made current. */
  buildId: string | undefined;
  isRun: boolean;
}

/** Asks Temporal which build is current for a queue, and which of its workers poll. */
export async function readCurrentBuild(client: Client, queue: Queue): Promise<CurrentBuild> {
  const { namespace } = client.options;
  const { pollers, versioningInfo } = await client.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: queue.taskQueue },
    taskQueueType: WORKFLOW_TASKS,
  });
  const buildId = versioningInfo?.currentDeploymentVersion?.buildId ?? undefined;
  if (buildId === undefined) return { buildId, isRun: false };
  const query = `TaskQueue = '${queue.taskQueue}'`;
  const { workersInfo } = await client.workflowService.listWorkers({ namespace, query });
  const workers = (workersInfo ?? []).flatMap(({ workerHeartbeat }) => workerHeartbeat ?? []);
  return { buildId, isRun: isRun(buildId, { workers, pollers: pollers ?? [] }, Date.now()) };
}

/** Has Temporal give the queue's tasks to a build. Throws while no worker of it has polled. */
export async function makeBuildCurrent(
  client: Client,
  queue: Queue,
  { buildId, identity }: { buildId: string; identity: string },
): Promise<void> {
  await client.workflowService.setWorkerDeploymentCurrentVersion({
    namespace: client.options.namespace,
    deploymentName: queue.deployment,
    buildId,
    identity,
  });
}

type Time = { seconds?: { toNumber(): number } | null; nanos?: number | null } | null | undefined;
type Build = { buildId?: string | null } | null | undefined;

/**
 * Whether a build has a worker. Workers report themselves until they stop; after a restart of the server, which forgets
 * these reports, only recent polls show them.
 */
export function isRun(
  buildId: string,
  seen: {
    workers: readonly { deploymentVersion?: Build; status?: number | null; heartbeatTime?: Time }[];
    pollers: readonly { deploymentOptions?: Build; lastAccessTime?: Time }[];
  },
  now: number,
): boolean {
  const isSince = (time: Time, ms: number) => now - 1000 * (time?.seconds?.toNumber() ?? 0) <= ms;
  const workers = seen.workers.filter(({ deploymentVersion }) => deploymentVersion?.buildId === buildId);
  if (workers.length > 0)
    return workers.some((worker) => worker.status === RUNNING && isSince(worker.heartbeatTime, REPORT_MS));
  return seen.pollers.some(
    (poller) => poller.deploymentOptions?.buildId === buildId && isSince(poller.lastAccessTime, POLL_MS),
  );
}
