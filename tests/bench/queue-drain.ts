import type { Client } from "@temporalio/client";

/** When a workflow's first task was done, in milliseconds of the epoch: from then on its order is looked after. */
export async function firstTaskDone(client: Client, workflowId: string): Promise<number> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: "default",
    execution: { workflowId },
    maximumPageSize: 10,
  });
  // EVENT_TYPE_WORKFLOW_TASK_COMPLETED
  const done = history?.events?.find(({ eventType }) => eventType === 7)?.eventTime;
  if (!done) throw new Error(`${workflowId} waits for its first task`);
  return Number(done.seconds) * 1000 + (done.nanos ?? 0) / 1e6;
}

/** How many a second were done since the queue began to move. */
export function drainedPerSecond(begun: number, done: readonly number[]): number {
  return (1000 * done.length) / (Math.max(...done) - begun);
}
