import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from "@temporalio/client";
import { RECONCILIATION } from "../names.ts";
import type { Plan, reconciliation } from "./workflow.ts";

const ID = "reconciliation";
export const FULL_ID = "reconciliation-full";
/** When the day's full pass begins, after midnight (UTC): few people buy then, and no other run begins at that moment. */
const NIGHT_MS = 3 * 3_600_000 + 1_234;

/**
 * Makes sure that reconciliation runs, with these settings: every so often over what changed, and rarely over all of
 * the window. A run that is due while one of its schedule still runs is left out; after an outage one run makes up for
 * all that were missed.
 */
export async function ensureSchedules(
  client: Client,
  { every, fullEvery, plan }: { every: number; fullEvery: number; plan: Required<Plan> },
): Promise<void> {
  const { changes: _, ...full } = plan;
  await ensureSchedule(client, FULL_ID, { every: fullEvery, offset: NIGHT_MS % fullEvery }, full);
  await ensureSchedule(client, ID, { every, offset: 0 }, plan);
}

/** Has a full pass begin now, or as soon as the one that runs has ended: that one may have seen the records too early. */
export const startFullPass = (client: Pick<Client, "schedule">): Promise<void> =>
  client.schedule.getHandle(FULL_ID).trigger(ScheduleOverlapPolicy.BUFFER_ONE);

async function ensureSchedule(
  client: Client,
  scheduleId: string,
  interval: { every: number; offset: number },
  plan: Plan,
): Promise<void> {
  const options = {
    spec: { intervals: [interval] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: interval.every },
    action: {
      type: "startWorkflow" as const,
      workflowType: "reconciliation",
      workflowId: scheduleId,
      taskQueue: RECONCILIATION.taskQueue,
      args: [plan] as Parameters<typeof reconciliation>,
    },
  };
  try {
    await client.schedule.create({ scheduleId, ...options });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(scheduleId).update(({ state }) => ({ ...options, state }));
  }
}
