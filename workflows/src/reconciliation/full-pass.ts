import type { Client } from "@temporalio/client";
import { WorkflowNotFoundError } from "@temporalio/common";
import type { Drift } from "./drift.ts";
import { FULL_ID } from "./schedule.ts";
import type { Reconciled } from "./workflow.ts";

/** What a full pass found, and when it ended: epoch milliseconds. */
export interface FullPass {
  drift: Drift[];
  endTime: number;
}

/** What the newest full pass found that came to its end; undefined where none did, or none is kept any more. */
export async function readFullPass(
  client: Pick<Client, "schedule" | "workflow">,
): Promise<FullPass | undefined> {
  const { info } = await client.schedule.getHandle(FULL_ID).describe();
  try {
    for (const { action } of info.recentActions.toReversed()) {
      const handle = client.workflow.getHandle(action.workflow.workflowId);
      const { status, closeTime } = await handle.describe();
      if (status.name !== "COMPLETED" || !closeTime) continue;
      const { drift } = (await handle.result()) as Reconciled;
      return { drift, endTime: closeTime.getTime() };
    }
  } catch (error) {
    // Temporal forgets the oldest first: those before are gone too.
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
  return undefined;
}
