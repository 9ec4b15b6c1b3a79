import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Client } from "@temporalio/client";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { DefaultLogger, Runtime, Worker } from "@temporalio/worker";
import { findServer } from "@ticketing/servers/find";
import { bundleWorkflows } from "./bundle-workflows.ts";
import { refund } from "./refund/workflow.ts";
import { createProgress, requireProgress } from "./worker-progress.ts";

const QUEUE = "progress";
const STALL_MS = 3_000;
let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger("ERROR") });
  environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: "existing-path", path: await findServer("temporal") } },
  });
}, 120_000);
afterAll(() => environment?.teardown());

const running = {
  runState: "RUNNING",
  workflowPollerState: "POLLING",
  activityPollerState: "POLLING",
} as const;

describe("a worker", () => {
  it("that holds all its slots and succeeds at nothing is not healthy until it does, and one with nothing to do is", async () => {
    const progress = createProgress();
    const gate = Promise.withResolvers<void>();
    let begun = 0;
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue: QUEUE,
      workflowBundle: await bundleWorkflows(new DefaultLogger("ERROR")),
      activities: {
        refundPayment: async () => {
          begun++;
          await gate.promise;
          return "refunded before";
        },
      },
      interceptors: { activity: [progress.interceptor] },
      maxConcurrentWorkflowTaskExecutions: 2,
      maxConcurrentWorkflowTaskPolls: 2,
      maxConcurrentLocalActivityExecutions: 2,
      maxConcurrentActivityTaskExecutions: 1,
      maxCachedWorkflows: 0,
    });
    const health = () => requireProgress({ worker, progress }, environment.client, QUEUE, STALL_MS);
    await worker.runUntil(async () => {
      while (worker.getState() !== "RUNNING") await new Promise((resolve) => setTimeout(resolve, 50));
      await new Promise((resolve) => setTimeout(resolve, STALL_MS + 100));
      // Nothing to do for longer than that, and well.
      await health();
      const handles = await Promise.all(
        Array.from({ length: 4 }, (_, n) =>
          environment.client.workflow.start(refund, {
            workflowId: `${QUEUE}-${n}`,
            taskQueue: QUEUE,
            args: ["o"],
          }),
        ),
      );
      await until(async () => {
        const outcome = await health().then(
          () => "",
          (error: Error) => error.message,
        );
        return outcome.includes("have waited");
      });
      expect(begun).toBeGreaterThan(0);
      gate.resolve();
      await Promise.all(handles.map((handle) => handle.result()));
      await health();
    });
    // It was shut down: it polls no more.
    await expect(health()).rejects.toThrow("polling");
  }, 90_000);

  it.each([
    { ...running, runState: "FAILED" as const },
    { ...running, workflowPollerState: "FAILED" as const },
    { ...running, activityPollerState: "FAILED" as const },
  ])("that is %j is not healthy", async (status) => {
    const worker = { getStatus: () => ({ ...new IdleStatus(), ...status }) };
    const check = requireProgress(
      { worker, progress: { idleMs: () => 0 } },
      environment.client,
      QUEUE,
      STALL_MS,
    );
    await expect(check).rejects.toThrow("polling");
  });
});

it("a worker is not blamed while Temporal cannot be asked about it", async () => {
  const worker = { getStatus: () => ({ ...new IdleStatus(), ...running }) };
  const nobody = { describeTaskQueue: () => Promise.reject(new Error("no connection")) };
  const client = { options: { namespace: "default" }, workflowService: nobody } as unknown as Client;
  await requireProgress({ worker, progress: { idleMs: () => STALL_MS } }, client, QUEUE, STALL_MS);
});

/** What a worker that does nothing says of itself. */
class IdleStatus {
  hasOutstandingWorkflowPoll = true;
  hasOutstandingActivityPoll = true;
  numInFlightWorkflowActivations = 0;
  numInFlightActivities = 0;
  numInFlightNonLocalActivities = 0;
  numInFlightLocalActivities = 0;
  numCachedWorkflows = 0;
  numHeartbeatingActivities = 0;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 200));
}
