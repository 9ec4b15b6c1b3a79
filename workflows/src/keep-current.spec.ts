import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkflowBundle } from "@temporalio/worker";
import { inTime } from "@ticketing/runtime/process/in-time";
import { silent } from "@ticketing/runtime/testing/service";
import { findServer } from "@ticketing/servers/find";
import { bundleWorkflows } from "./bundle-workflows.ts";
import { isRun, makeBuildCurrent, readCurrentBuild } from "./current-build.ts";
import { keepCurrent } from "./keep-current.ts";
import { refund } from "./refund/workflow.ts";

let environment: TestWorkflowEnvironment;
let workflowBundle: WorkflowBundle;
let queues = 0;
/** The builds that were given a task, in turn. */
const working: string[] = [];
let queue: { taskQueue: string; deployment: string };
let stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger("ERROR") });
  environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: "existing-path", path: await findServer("temporal") } },
  });
  workflowBundle = await bundleWorkflows(new DefaultLogger("ERROR"));
}, 120_000);
afterEach(async () => {
  for (const stop of stops) await stop();
  stops = [];
});
afterAll(() => environment?.teardown());

/** A worker of a build, in a process of its own as far as Temporal can tell. */
async function startBuild(buildId: string) {
  const connection = await NativeConnection.connect({ address: environment.address });
  const worker = await Worker.create({
    connection,
    taskQueue: queue.taskQueue,
    workflowBundle,
    activities: {
      refundPayment: async () => {
        working.push(buildId);
        return "refunded before";
      },
    },
    workerDeploymentOptions: {
      version: { deploymentName: queue.deployment, buildId },
      useWorkerVersioning: true,
      defaultVersioningBehavior: "AUTO_UPGRADE",
    },
  });
  const running = worker.run();
  const kept = keepCurrent({
    client: environment.client,
    buildId,
    log: silent,
    queues: [queue],
    lookMs: 200,
  });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= (async () => {
      await kept.stop();
      worker.shutdown();
      await running;
      await connection.close();
    })();
    return stopped;
  };
  stops.push(stop);
  return {
    stop,
    standing: () =>
      kept.requireTasks().then(
        () => "has tasks",
        (error: Error) => error.message,
      ),
  };
}

const current = async () => (await readCurrentBuild(environment.client, queue)).buildId;

async function until(condition: () => Promise<boolean>, ms: number): Promise<void> {
  for (const end = Date.now() + ms; !(await condition()); await sleep(50))
    if (Date.now() > end) throw new Error("it never happened");
}

describe("a build", () => {
  it("that is rolled back to gets the tasks once nobody runs the newer one, and says before why it gets none", async () => {
    queue = { taskQueue: `rollback-${++queues}`, deployment: `rollback-${queues}` };
    const before = await startBuild("before");
    await until(async () => (await current()) === "before", 10_000);

    // The release: its job makes it current, and the older one ends.
    const release = await startBuild("release");
    await until(async () => (await release.standing()).includes("release gets no tasks"), 10_000);
    await makeBuildCurrent(environment.client, queue, { buildId: "release", identity: "make-current" });
    await before.stop();

    // Back, by `kubectl rollout undo` alone.
    const back = await startBuild("before");
    await until(
      async () => (await back.standing()).includes("before gets no tasks while workers of release run"),
      10_000,
    );
    expect([await current(), await release.standing()]).toEqual(["release", "has tasks"]);
    await release.stop();
    const ended = environment.client.workflow.execute(refund, {
      workflowId: `of-${queue.taskQueue}`,
      taskQueue: queue.taskQueue,
      args: ["o"],
    });
    await inTime(ended, 20_000, () => new Error("nobody works"));
    expect([await current(), await back.standing()]).toEqual(["before", "has tasks"]);
    expect(working).toEqual(["before"]);
  }, 60_000);

  it("does not change places with another that is run too", async () => {
    queue = { taskQueue: `rollback-${++queues}`, deployment: `rollback-${queues}` };
    await startBuild("a");
    await until(async () => (await current()) === "a", 10_000);
    await startBuild("b");
    const seen = new Set<string | undefined>();
    for (let n = 0; n < 20; n++, await sleep(100)) seen.add(await current());
    await makeBuildCurrent(environment.client, queue, { buildId: "b", identity: "make-current" });
    await until(async () => (await current()) === "b", 5_000);
    for (let n = 0; n < 20; n++, await sleep(100)) seen.add(await current());
    expect([...seen]).toEqual(["a", "b"]);
  }, 60_000);
});

describe("whether a build is run", () => {
  const now = Date.now();
  const ago = (seconds: number) => ({ seconds: { toNumber: () => now / 1000 - seconds } });
  const worker = (buildId: string, status: number, seconds: number) => ({
    deploymentVersion: { buildId },
    status,
    heartbeatTime: ago(seconds),
  });
  const poller = (buildId: string, seconds: number) => ({
    deploymentOptions: { buildId },
    lastAccessTime: ago(seconds),
  });

  it.each([
    ["one of its workers reports itself", [worker("b", 2, 1), worker("b", 1, 60)], [], true],
    [
      "its workers shut down, whatever polled a moment ago",
      [worker("b", 2, 1), worker("b", 3, 1)],
      [poller("b", 1)],
      false,
    ],
    ["its worker was killed two reports ago", [worker("b", 1, 140)], [poller("b", 70)], false],
    [
      "no worker reported itself to this server yet, and one polled",
      [worker("a", 1, 1)],
      [poller("b", 70)],
      true,
    ],
    ["nobody polled for longer than a poll lasts", [], [poller("b", 80), poller("a", 1)], false],
    ["nobody was ever seen", [], [], false],
  ])("when %s", (_, workers, pollers, expected) => {
    expect(isRun("b", { workers, pollers }, now)).toBe(expected);
  });
});
