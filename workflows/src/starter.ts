import { type Client, WorkflowExecutionAlreadyStartedError } from "@temporalio/client";
import { WorkflowIdReusePolicy } from "@temporalio/common";
import { lifecycleId, refundId, TASK_QUEUE } from "./names.ts";
import { somethingChanged } from "./order-lifecycle/messages.ts";
import type { orderLifecycle } from "./order-lifecycle/workflow.ts";
import type { refund } from "./refund/workflow.ts";

/** Starts and wakes workflows. Each is safe to repeat; a workflow that has ended already is success. */
export type WorkflowStarter = ReturnType<typeof createWorkflowStarter>;

export function createWorkflowStarter(client: Client) {
  const options = (
    workflowId: string,
    orderId: string,
    workflowIdReusePolicy: WorkflowIdReusePolicy = WorkflowIdReusePolicy.REJECT_DUPLICATE,
  ) => ({ workflowId, taskQueue: TASK_QUEUE, workflowIdReusePolicy, args: [orderId] as [string] });
  const { ALLOW_DUPLICATE_FAILED_ONLY } = WorkflowIdReusePolicy;
  return {
    startLifecycle: (orderId: string) =>
      once(
        client.workflow.start<typeof orderLifecycle>(
          "orderLifecycle",
          options(lifecycleId(orderId), orderId),
        ),
      ),

    /** Wakes the order's lifecycle, starting it if the event overtook the order's own. */
    wakeLifecycle: (orderId: string) =>
      once(
        client.workflow.signalWithStart<typeof orderLifecycle, []>("orderLifecycle", {
          ...options(lifecycleId(orderId), orderId),
          signal: somethingChanged,
        }),
      ),

    startRefund: (orderId: string) =>
      once(client.workflow.start<typeof refund>("refund", options(refundId(orderId), orderId))),

    /** Like {@link wakeLifecycle}, and one that failed begins again. */
    reviveLifecycle: (orderId: string) =>
      once(
        client.workflow.signalWithStart<typeof orderLifecycle, []>("orderLifecycle", {
          ...options(lifecycleId(orderId), orderId, ALLOW_DUPLICATE_FAILED_ONLY),
          signal: somethingChanged,
        }),
      ),

    /** Like {@link startRefund}, and one that failed begins again. */
    reviveRefund: (orderId: string) =>
      once(
        client.workflow.start<typeof refund>(
          "refund",
          options(refundId(orderId), orderId, ALLOW_DUPLICATE_FAILED_ONLY),
        ),
      ),
  };
}

async function once(start: Promise<unknown>): Promise<void> {
  try {
    await start;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
