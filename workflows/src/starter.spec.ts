import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Client, type Connection } from "@temporalio/client";
import { WorkflowNotFoundError } from "@temporalio/common";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import { startTemporal, type TemporalServer } from "@ticketing/servers/temporal";
import { startTimeSkipping } from "../testing/time-skipping.ts";
import { eventCancellationId, LIFECYCLE, lifecycleId, REFUND, refundId } from "./names.ts";
import { createWorkflowStarter, type WorkflowStarter } from "./starter.ts";
import { connectTemporal } from "./temporal-connection.ts";

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
    readOrderAndPayment: async () => ({ order, payment: { status: "NONE", declines: 0 } }),
    refundPayment: async () => "refunded before",
    areTicketsFrozen: async () => true,
    endOrders: async () => ({ nextPageToken: "", waiting: 0, unanswered: 0, unknown: 0 }),
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

describe("the cancellation of an event", () => {
  const id = eventCancellationId("event");

  it("begins once, however often it is heard of, while it runs and when it is over", async () => {
    await starter.startEventCancellation("event");
    const { runId } = await seen(id);
    await starter.startEventCancellation("event");
    expect(await seen(id)).toMatchObject({ runId, status: "RUNNING" });
    await end(id, REFUND.taskQueue);
    const ended = await seen(id);
    expect(ended.status).toBe("COMPLETED");
    await starter.startEventCancellation("event");
    expect(await seen(id)).toEqual(ended);
  }, 60_000);

  it("that failed begins again", async () => {
    await starter.startEventCancellation("failed");
    const failed = eventCancellationId("failed");
    const { runId } = await seen(failed);
    await handle(failed).terminate();
    await starter.startEventCancellation("failed");
    const again = await seen(failed);
    expect(again.status).toBe("RUNNING");
    expect(again.runId).not.toBe(runId);
    await handle(failed).terminate();
  });
});

describe("a lifecycle that has nothing to do before its deadline", () => {
  // The server that skips time gives it its first task by any signal; the real one does not.
  let folder: string;
  let server: TemporalServer;
  let connection: Connection;
  let real: Client;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "temporal-"));
    server = await startTemporal({ dir: folder });
    connection = await connectTemporal(server.address);
    real = new Client({ connection });
  }, 60_000);
  afterAll(async () => {
    await connection?.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("is given its first task by news", async () => {
    const { startLifecycle, wakeLifecycle } = createWorkflowStarter(real);
    await startLifecycle("waiting", { time: Date.now(), expireTime: Date.now() + 3_600_000 });
    const waiting = real.workflow.getHandle(lifecycleId("waiting"));
    expect((await waiting.fetchHistory()).events).toHaveLength(1);
    await wakeLifecycle("waiting");
    const { events } = await waiting.fetchHistory();
    expect(events?.some((event) => event.workflowTaskScheduledEventAttributes)).toBe(true);
  }, 30_000);

  it("is started by no news that its money was taken", async () => {
    await createWorkflowStarter(real).wakeBegunLifecycle("never started");
    const never = real.workflow.getHandle(lifecycleId("never started"));
    await expect(never.describe()).rejects.toThrow(WorkflowNotFoundError);
  });
});
