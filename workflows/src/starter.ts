import { type Client, WorkflowExecutionAlreadyStartedError } from "@temporalio/client";
import { WorkflowIdReusePolicy, WorkflowNotFoundError } from "@temporalio/common";
import type { settleCase } from "./case/workflow.ts";
import type { earning } from "./earning/workflow.ts";
import type { eventCancellation } from "./event-cancellation/workflow.ts";
import {
  caseWorkflowId,
  earningId,
  eventCancellationId,
  LIFECYCLE,
  lifecycleId,
  REFUND,
  refundId,
} from "./names.ts";
import { somethingChanged } from "./order-lifecycle/messages.ts";
import type { orderLifecycle, Sighting } from "./order-lifecycle/workflow.ts";
import type { refund } from "./refund/workflow.ts";

/**
 * Starts and wakes workflows. Each is safe to repeat, and none loses what it was called for: a workflow that runs is
 * told to look again.
 */
export type WorkflowStarter = ReturnType<typeof createWorkflowStarter>;

export function createWorkflowStarter(client: Client) {
  const { ALLOW_DUPLICATE, ALLOW_DUPLICATE_FAILED_ONLY } = WorkflowIdReusePolicy;
  const lifecycle = (
    orderId: string,
    workflowIdReusePolicy: WorkflowIdReusePolicy = ALLOW_DUPLICATE_FAILED_ONLY,
  ) => ({
    workflowId: lifecycleId(orderId),
    taskQueue: LIFECYCLE.taskQueue,
    workflowIdReusePolicy,
    args: [orderId] as [string],
  });
  const signalled = { signal: somethingChanged };
  return {
    /**
     * Starts the order's lifecycle. It begins at once; or, of an order that was seen before its deadline, when it is
     * woken or at the deadline, since nothing is left to do before: times are epoch milliseconds.
     * One that came to its end is success; one that failed begins again: it may have been started by an event that was
     * not true yet, such as one of an order that came later.
     */
    startLifecycle(orderId: string, seen?: { time: number; expireTime: number }): Promise<void> {
      const waiting = seen && {
        args: [orderId, { time: seen.time }] as [string, Sighting],
        startDelay: seen.expireTime - seen.time,
      };
      const options = { ...lifecycle(orderId), ...waiting };
      return once(client.workflow.start<typeof orderLifecycle>("orderLifecycle", options));
    },

    /** Wakes the order's lifecycle, starting it if the event overtook the order's own or if it failed. */
    wakeLifecycle: (orderId: string) =>
      once(
        client.workflow.signalWithStart<typeof orderLifecycle, []>("orderLifecycle", {
          ...lifecycle(orderId),
          ...signalled,
        }),
      ),

    /**
     * Wakes the order's lifecycle if it has begun, and starts none. A signal alone gives no first task to one that waits
     * for its deadline: only a signal with a start does (StartWorkflowExecutionRequest.workflow_start_delay).
     */
    async wakeBegunLifecycle(orderId: string): Promise<void> {
      try {
        await client.workflow.getHandle(lifecycleId(orderId)).signal(somethingChanged);
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    },

    /** Wakes the order's lifecycle, or begins it again although it came to its end: the order says that it did not. */
    async restartLifecycle(orderId: string): Promise<void> {
      await client.workflow.signalWithStart<typeof orderLifecycle, []>("orderLifecycle", {
        ...lifecycle(orderId, ALLOW_DUPLICATE),
        ...signalled,
      });
    },

    /** Has the order's refund looked at: by the run that is under way, or by a new one. */
    async wakeRefund(orderId: string): Promise<void> {
      await client.workflow.signalWithStart<typeof refund, []>("refund", {
        workflowId: refundId(orderId),
        taskQueue: REFUND.taskQueue,
        workflowIdReusePolicy: ALLOW_DUPLICATE,
        args: [orderId],
        ...signalled,
      });
    },

    /**
     * Has an earning looked at: by the run that is under way, or by a new one. Among the refunds, which ask Stripe as
     * well: what moves money after a sale keeps no order from its end.
     */
    async wakeEarning(orderId: string): Promise<void> {
      await client.workflow.signalWithStart<typeof earning, []>("earning", {
        workflowId: earningId(orderId),
        taskQueue: REFUND.taskQueue,
        workflowIdReusePolicy: ALLOW_DUPLICATE,
        args: [orderId],
        ...signalled,
      });
    },

    /** Has a case looked at: by the run that is under way, or by a new one. Among the refunds that it causes. */
    async wakeCase(caseId: string): Promise<void> {
      await client.workflow.signalWithStart<typeof settleCase, []>("settleCase", {
        workflowId: caseWorkflowId(caseId),
        taskQueue: REFUND.taskQueue,
        workflowIdReusePolicy: ALLOW_DUPLICATE,
        args: [caseId],
        ...signalled,
      });
    },

    /**
     * Starts the end of a cancelled event's orders, among the refunds that it causes. A repeat does nothing while it runs
     * and once it came to its end; one that failed begins again.
     */
    startEventCancellation: (eventId: string) =>
      once(
        client.workflow.start<typeof eventCancellation>("eventCancellation", {
          workflowId: eventCancellationId(eventId),
          taskQueue: REFUND.taskQueue,
          workflowIdReusePolicy: ALLOW_DUPLICATE_FAILED_ONLY,
          args: [eventId],
        }),
      ),
  };
}

/** One that was there already is success: a workflow that ended has seen to everything. */
async function once(start: Promise<unknown>): Promise<void> {
  try {
    await start;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
