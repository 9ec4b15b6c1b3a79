import { type Client, WorkflowExecutionAlreadyStartedError } from "@temporalio/client";
import { WorkflowIdReusePolicy } from "@temporalio/common";
import { LIFECYCLE, lifecycleId, REFUND, refundId } from "./names.ts";
import { somethingChanged } from "./order-lifecycle/messages.ts";
import type { orderLifecycle } from "./order-lifecycle/workflow.ts";
import type { refund } from "./refund/workflow.ts";

/**
 * Starts and wakes workflows. Each is safe to repeat; a workflow that came to its end is success. One that failed
 * begins again: it may have been started by an event that was not true yet, such as one of an order that came later.
 */
export type WorkflowStarter = ReturnType<typeof createWorkflowStarter>;

export function createWorkflowStarter(client: Client) {
  const { ALLOW_DUPLICATE, ALLOW_DUPLICATE_FAILED_ONLY } = WorkflowIdReusePolicy;
  const options = (
    workflowId: string,
    taskQueue: string,
    orderId: string,
    workflowIdReusePolicy: WorkflowIdReusePolicy = ALLOW_DUPLICATE_FAILED_ONLY,
  ) => ({ workflowId, taskQueue, workflowIdReusePolicy, args: [orderId] as [string] });
  const lifecycle = (orderId: string) => options(lifecycleId(orderId), LIFECYCLE.taskQueue, orderId);
  const beginRefund = (orderId: string, reuse?: WorkflowIdReusePolicy) =>
    once(
      client.workflow.start<typeof refund>(
        "refund",
        options(refundId(orderId), REFUND.taskQueue, orderId, reuse),
      ),
    );
  return {
    startLifecycle: (orderId: string) =>
      once(client.workflow.start<typeof orderLifecycle>("orderLifecycle", lifecycle(orderId))),

    /** Wakes the order's lifecycle, starting it if the event overtook the order's own. */
    wakeLifecycle: (orderId: string) =>
      once(
        client.workflow.signalWithStart<typeof orderLifecycle, []>("orderLifecycle", {
          ...lifecycle(orderId),
          signal: somethingChanged,
        }),
      ),

    startRefund: (orderId: string) => beginRefund(orderId),

    /** Looks at a refund again that came to its end. */
    restartRefund: (orderId: string) => beginRefund(orderId, ALLOW_DUPLICATE),
  };
}

async function once(start: Promise<unknown>): Promise<void> {
  try {
    await start;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
