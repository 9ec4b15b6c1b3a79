import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { WorkflowFailedError, type WorkflowHandle } from "@temporalio/client";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { DomainError, toConnectError } from "@ticketing/runtime/process/domain-error";
import { startTimeSkipping } from "../../testing/time-skipping.ts";
import { createEventCancellationActivities } from "./activities.ts";
import type { Pace } from "./pace.ts";
import { eventCancellation } from "./workflow.ts";

/** What orders answers when it is asked for the nth time for the end of an order; throws a refusal. */
type Answer = (asked: number) => boolean;

const refusal = (code: Code) => new ConnectError("not now", code);
let environment: TestWorkflowEnvironment;
let workflowBundle: WorkflowBundle;
/** The orders that tickets lists, and how each answers. */
let books: Map<string, Answer>;
/** How often each was asked for. */
let asked: Map<string, number>;
/** Looks at whether the tickets are frozen until they are. */
let looksUntilFrozen: number;
let looks: number;
let atOnce: { now: number; most: number };
const noPace: Pace = { turn: async () => undefined };

const complete: Answer = () => true;
/** One whose lifecycle ends it after it was asked so often. */
const pending =
  (times: number): Answer =>
  (n) =>
    n > times;
/** One that is refused so often before it is answered. */
const refusing =
  (times: number, code: Code, answer: Answer = complete): Answer =>
  (n) => {
    if (n <= times) throw refusal(code);
    return answer(n - times);
  };

function clients() {
  const transport = createRouterTransport(({ service }) => {
    service(TicketLockService, {
      listOrdersOfEvent({ eventId, pageSize, pageToken }) {
        expect(eventId).toBe("event");
        const frozen = ++looks > looksUntilFrozen;
        const ids = [...books.keys()];
        const begin = Number(pageToken || 0);
        const orders = ids.slice(begin, begin + pageSize).map((orderId) => ({ orderId }));
        return { orders, frozen, nextPageToken: begin + pageSize < ids.length ? `${begin + pageSize}` : "" };
      },
    });
    service(OrderLifecycleService, {
      async endForEvent({ orderId }) {
        expect(looks).toBeGreaterThan(looksUntilFrozen);
        atOnce.most = Math.max(atOnce.most, ++atOnce.now);
        const n = (asked.get(orderId) ?? 0) + 1;
        asked.set(orderId, n);
        await Promise.resolve();
        atOnce.now--;
        const answer = books.get(orderId);
        if (!answer) throw new Error("nobody listed it");
        return { handled: answer(n) };
      },
    });
  });
  return {
    tickets: createClient(TicketLockService, transport),
    orders: createClient(OrderLifecycleService, transport),
  };
}

const worker = (taskQueue: string, pace = noPace) =>
  Worker.create({
    connection: environment.nativeConnection,
    taskQueue,
    workflowBundle,
    activities: createEventCancellationActivities(clients(), { pace, retryMs: 1 }),
    // This server gives a task to the worker that had the last one, also when that has stopped.
    maxCachedWorkflows: 0,
  });

const start = (taskQueue: string) =>
  environment.client.workflow.start(eventCancellation, {
    workflowId: taskQueue,
    taskQueue,
    args: ["event"],
  });

/** Runs a cancellation to its end. */
async function run(): Promise<WorkflowHandle> {
  const taskQueue = `cancellation-${Math.random()}`;
  return (await worker(taskQueue)).runUntil(async () => {
    const handle = await start(taskQueue);
    await handle.result();
    return environment.client.workflow.getHandle(taskQueue);
  });
}

const list = (count: number, answer: (n: number) => Answer = () => complete) => {
  for (let n = 0; n < count; n++) books.set(`order-${n}`, answer(n));
};

beforeAll(async () => {
  ({ environment, workflowBundle } = await startTimeSkipping());
}, 120_000);
afterAll(() => environment?.teardown());
beforeEach(() => {
  books = new Map();
  asked = new Map();
  looksUntilFrozen = 0;
  looks = 0;
  atOnce = { now: 0, most: 0 };
});

describe("the cancellation of an event", () => {
  it("ends 5,000 orders, a few at once, though orders is short of breath, in short histories", async () => {
    const { ResourceExhausted, Unavailable } = Code;
    list(5_000, (n) => {
      if (n % 50 === 1) return refusing(2, ResourceExhausted);
      if (n % 50 === 2) return refusing(3, Unavailable, pending(1));
      return complete;
    });
    const { historyLength } = await (await run()).describe();
    expect(asked.size).toBe(5_000);
    expect(atOnce.most).toBeGreaterThan(1);
    expect(atOnce.most).toBeLessThanOrEqual(5);
    expect(historyLength).toBeLessThanOrEqual(20);
    // One pass, and another one for those whose lifecycles were at it.
    expect(asked.get("order-0")).toBe(2);
    expect(asked.get("order-1")).toBe(4);
    expect(asked.get("order-2")).toBe(5);
  }, 120_000);

  it("asks for nothing until the tickets are frozen", async () => {
    looksUntilFrozen = 8;
    list(1);
    const begun = await environment.currentTimeMs();
    await run();
    expect(asked.get("order-0")).toBe(1);
    expect((await environment.currentTimeMs()) - begun).toBeGreaterThan(60_000);
  }, 60_000);

  it("of which nobody bought a ticket ends at once", async () => {
    await run();
    expect(asked.size).toBe(0);
  }, 60_000);

  it("does not wait with the others for one that is never answered", async () => {
    list(150, (n) => (n === 0 ? refusing(12, Code.Internal) : complete));
    await run();
    expect(asked.get("order-0")).toBe(13);
    // Five tries a pass.
    expect(asked.get("order-149")).toBe(3);
  }, 60_000);

  it("asks for few orders while nobody answers, and goes on when somebody does", async () => {
    let calls = 0;
    list(100, () => () => {
      if (++calls <= 200) throw refusal(Code.Unavailable);
      return true;
    });
    await run();
    expect(asked.size).toBe(100);
    expect(asked.get("order-99")).toBe(1);
  }, 60_000);

  it("waits for the order of a lock as long as it may come", async () => {
    const begun = await environment.currentTimeMs();
    books.set("never", () => {
      throw toConnectError(new DomainError("ORDER_NOT_FOUND", "no"));
    });
    await run();
    // Between two runs this server may skip more than anybody waits for.
    expect((await environment.currentTimeMs()) - begun).toBeGreaterThanOrEqual(3_600_000);
  }, 60_000);

  it("fails under its reason when tickets refuses for good, so that it can begin again", async () => {
    books.set("order", complete);
    const taskQueue = `cancellation-${Math.random()}`;
    const { tickets, orders } = clients();
    const refusesAll = {
      ...tickets,
      listOrdersOfEvent: () => Promise.reject(toConnectError(new DomainError("EVENT_NOT_FOUND", "no"))),
    };
    const failing = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue,
      workflowBundle,
      activities: createEventCancellationActivities({ tickets: refusesAll, orders }, { pace: noPace }),
    });
    await failing.runUntil(async () => {
      const result = (await start(taskQueue)).result();
      const error = await result.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(WorkflowFailedError);
      expect((error as WorkflowFailedError).cause).toMatchObject({ type: "EVENT_NOT_FOUND" });
    });
  }, 60_000);

  it("goes on at another worker when one stops amid a page, and each run can be replayed", async () => {
    list(250, (n) => (n === 240 ? pending(1) : complete));
    const taskQueue = `cancellation-${Math.random()}`;
    const amid = Promise.withResolvers<void>();
    /** Stands still in the second page. */
    const stalling: Pace = {
      turn: (signal) => {
        if (asked.size < 130) return Promise.resolve();
        amid.resolve();
        return new Promise((_, reject) =>
          signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError"))),
        );
      },
    };
    const first = await worker(taskQueue, stalling);
    const handle = await first.runUntil(async () => {
      const started = await start(taskQueue);
      await amid.promise;
      return started;
    });
    expect(asked.size).toBe(130);
    await (await worker(taskQueue)).runUntil(() => handle.result());
    expect(asked.size).toBe(250);
    // The first page was done: it is asked for again by the second pass alone.
    expect(asked.get("order-0")).toBe(2);
    let runs = 0;
    for await (const { runId } of historiesOf(taskQueue)) {
      const history = await environment.client.workflow.getHandle(taskQueue, runId).fetchHistory();
      await Worker.runReplayHistory({ workflowBundle }, history, taskQueue);
      runs++;
    }
    // A look, two passes of three pages.
    expect(runs).toBe(7);
  }, 60_000);
});

/** The runs of a workflow, newest first, each of which names the one before. */
async function* historiesOf(workflowId: string): AsyncGenerator<{ runId: string }> {
  let runId: string | undefined = (await environment.client.workflow.getHandle(workflowId).describe()).runId;
  while (runId) {
    yield { runId };
    const { events } = await environment.client.workflow.getHandle(workflowId, runId).fetchHistory();
    runId = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? undefined;
  }
}
