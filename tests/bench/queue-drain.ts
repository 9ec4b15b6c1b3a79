import type { Client } from "@temporalio/client";

/** When a workflow was started, in milliseconds of the epoch: from then on Temporal looks after its order. */
export async function startedAt(client: Client, workflowId: string): Promise<number> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: "default",
    execution: { workflowId },
    maximumPageSize: 1,
  });
  const started = history?.events?.[0]?.eventTime;
  if (!started) throw new Error(`${workflowId} was not started`);
  return Number(started.seconds) * 1000 + (started.nanos ?? 0) / 1e6;
}

/** How many a second were started since the queue began to move. */
export function drainedPerSecond(begun: number, started: readonly number[]): number {
  return (1000 * started.length) / (Math.max(...started) - begun);
}
