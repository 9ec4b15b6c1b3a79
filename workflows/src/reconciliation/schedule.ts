import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from "@temporalio/client";
import { RECONCILIATION } from "../names.ts";
import type { Plan, reconciliation } from "./workflow.ts";

const ID = "reconciliation";

/**
 * Makes sure that reconciliation runs every so often, with these settings. A run that is due while one still runs
 * is left out; after an outage one run makes up for all that were missed.
 */
export async function ensureSchedule(client: Client, every: number, plan: Plan): Promise<void> {
  const options = {
    spec: { intervals: [{ every }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: every },
    action: {
      type: "startWorkflow" as const,
      workflowType: "reconciliation",
      workflowId: ID,
      taskQueue: RECONCILIATION.taskQueue,
      args: [plan] as Parameters<typeof reconciliation>,
    },
  };
  try {
    await client.schedule.create({ scheduleId: ID, ...options });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(ID).update(({ state }) => ({ ...options, state }));
  }
}
