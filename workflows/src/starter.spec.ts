import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import { startTimeSkipping } from "../testing/time-skipping.ts";
import { LIFECYCLE, lifecycleId, REFUND, refundId } from "./names.ts";
import { createWorkflowStarter, type WorkflowStarter } from "./starter.ts";

let environment: TestWorkflowEnvironment;
let workflowBundle: WorkflowBundle;
let starter: WorkflowStarter;
beforeAll(async () => {
  ({ environment, workflowBundle } = await startTimeSkipping());
  starter = createWorkflowStarter(environment.client);
}, 120_000);
afterAll(() => environment?.teardown());

const handle = (workflowId: string) => environment.client.workflow.getHandle(workflowId);

/** The newest run, and how often it was told to look. */
async function seen(workflowId: string) {
  const { runId, status } = await handle(workflowId).describe();
  const { events } = await handle(workflowId).fetchHistory();
  const told = events?.filter((event) => event.workflowExecutionSignaledEventAttributes).length;
  return { runId, status: status.name, told };
}

/** Lets what was started come to its end: nothing is left to do. Without a worker it runs for ever. */
async function end(workflowId: string, taskQueue: string): Promise<void> {
  const order = { ticketId: "t", status: "ENDED", expireTime: 0, cancelRequested: false };
  const activities = {
    readOrderAndPayment: async () => ({ order, payment: { status: "NONE", declinesExhausted: false } }),
    refundPayment: async () => "refunded before",
  };
  const { nativeConnection: connection } = environment;
  const worker = await Worker.create({ connection, taskQueue, workflowBundle, activities });
  await worker.runUntil(handle(workflowId).result());
}

describe("waking", () => {
  it.each([
    ["a refund", () => starter.wakeRefund, refundId],
    ["a lifecycle", () => starter.wakeLifecycle, lifecycleId],
    ["the lifecycle of an overdue order", () => starter.restartLifecycle, lifecycleId],
  ])("%s that runs tells it to look again", async (name, wake, idOf) => {
    await wake()(name);
    const { runId } = await seen(idOf(name));
    await wake()(name);
    expect(await seen(idOf(name))).toEqual({ runId, status: "RUNNING", told: 2 });
    await handle(idOf(name)).terminate();
  });

  it.each([
    ["a refund", () => starter.wakeRefund, refundId, REFUND],
    ["the lifecycle of an overdue order", () => starter.restartLifecycle, lifecycleId, LIFECYCLE],
  ])(
    "%s that came to its end begins it again",
    async (name, wake, idOf, { taskQueue }) => {
      const orderId = `${name}, ended`;
      await wake()(orderId);
      const { runId } = await seen(idOf(orderId));
      await end(idOf(orderId), taskQueue);
      await wake()(orderId);
      const again = await seen(idOf(orderId));
      expect(again).toMatchObject({ status: "RUNNING", told: 1 });
      expect(again.runId).not.toBe(runId);
      await handle(idOf(orderId)).terminate();
    },
    60_000,
  );

  it("a lifecycle that came to its end is success: news of its payment begin none", async () => {
    await starter.startLifecycle("ended");
    const { runId } = await seen(lifecycleId("ended"));
    await end(lifecycleId("ended"), LIFECYCLE.taskQueue);
    await starter.wakeLifecycle("ended");
    await starter.startLifecycle("ended");
    expect(await seen(lifecycleId("ended"))).toMatchObject({ runId, status: "COMPLETED" });
  }, 60_000);
});
