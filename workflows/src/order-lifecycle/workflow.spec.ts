import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { ApplicationFailure } from "@temporalio/common";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import { startTimeSkipping } from "../../testing/time-skipping.ts";
import type { OrderLifecycleActivities } from "./activities.ts";
import type { OrderFacts, PaymentFacts } from "./decision.ts";
import { somethingChanged } from "./messages.ts";
import { orderLifecycle, type Sighting } from "./workflow.ts";

const LOCK_MS = 15 * 60_000;
let environment: TestWorkflowEnvironment;
let workflowBundle: WorkflowBundle;
let order: OrderFacts;
let payment: PaymentFacts;
/** What Stripe would say that its webhook has not said yet. */
let atStripe: Partial<PaymentFacts>;
let done: string[];

const note = async (step: string) => {
  done.push(step);
  return "done" as const;
};

/** The services as the workflow sees them; typed by the real activities. */
const activities = (changes: Partial<OrderLifecycleActivities> = {}): OrderLifecycleActivities => ({
  readOrderAndPayment: async (_orderId, askStripe) => {
    if (askStripe) payment = { ...payment, ...atStripe };
    return { order, payment, policy: { maxDeclines: 3 } };
  },
  sellTicket: async () => {
    done.push("sell");
    return "sold";
  },
  capturePayment: async () => {
    done.push("capture");
    return "captured";
  },
  completeOrder: () => note("complete"),
  releaseMoney: async () => {
    done.push("release money");
  },
  unlockTicket: (_orderId, _ticketId, reason) => note(`unlock ${reason}`),
  relistTicket: () => note("relist"),
  cancelOrder: (_orderId, reason) => note(`cancel ${reason}`),
  expireOrder: () => note("expire"),
  ...changes,
});

beforeAll(async () => {
  ({ environment, workflowBundle } = await startTimeSkipping());
}, 120_000);
afterAll(() => environment?.teardown());

beforeEach(async () => {
  done = [];
  atStripe = {};
  payment = { status: "REQUIRES_PAYMENT", declines: 0, declinesExhausted: false };
  const now = await environment.currentTimeMs();
  order = { ticketId: "t", status: "AWAITING_PAYMENT", expireTime: now + LOCK_MS, cancelRequested: false };
});

interface Run {
  /** Happens a minute after the start, and then the lifecycle is signalled. */
  meanwhile?: (() => void) | undefined;
  changes?: Partial<OrderLifecycleActivities> | undefined;
  /** The order was seen in time: the lifecycle begins when it is signalled, or at the deadline. */
  seen?: boolean;
}

/** Runs one lifecycle to its end. */
async function run(meanwhile?: Run["meanwhile"], changes?: Run["changes"]): Promise<string[]> {
  await runFully({ meanwhile, changes });
  return done;
}

/** The same; tells how many events it left. */
async function runFully({ meanwhile, changes, seen }: Run): Promise<{ events: number }> {
  const taskQueue = `lifecycle-${Math.random()}`;
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue,
    workflowBundle,
    activities: activities(changes),
  });
  const time = await environment.currentTimeMs();
  const options = {
    workflowId: taskQueue,
    taskQueue,
    args: (seen ? ["o1", { time }] : ["o1"]) as [string, Sighting],
    ...(seen && { startDelay: order.expireTime - time }),
  };
  return worker.runUntil(async () => {
    const handle = await environment.client.workflow.start(orderLifecycle, options);
    if (meanwhile) {
      await environment.sleep("1 minute");
      meanwhile();
      const { startDelay: _, ...signalled } = options;
      const wake = { signal: somethingChanged, signalArgs: [] as [] };
      await environment.client.workflow.signalWithStart(orderLifecycle, { ...signalled, ...wake });
    }
    await handle.result();
    return { events: (await handle.describe()).historyLength };
  });
}

const refused = (reason: string) => ApplicationFailure.nonRetryable("no", reason);

const held = (authorizedTime: number): PaymentFacts => ({
  status: "AUTHORIZED",
  authorizedTime,
  declines: 0,
  declinesExhausted: false,
});

describe("the lifecycle of an order", () => {
  it("sells, takes the money and completes once the money is held", async () => {
    const steps = await run(() => {
      payment = held(order.expireTime - 1);
    });
    expect(steps).toEqual(["sell", "capture", "complete"]);
  }, 60_000);

  it("leaves few events when it was seen in time: it begins as the money is held", async () => {
    const { events } = await runFully({
      seen: true,
      meanwhile: () => {
        payment = held(order.expireTime - 1);
      },
    });
    expect(done).toEqual(["sell", "capture", "complete"]);
    expect(events).toBeLessThanOrEqual(10);
  }, 60_000);

  it("begins at the deadline when nothing happened before, and is its buyer's lapse if it was seen in time", async () => {
    const times: number[] = [];
    await runFully({
      seen: true,
      changes: {
        readOrderAndPayment: async () => {
          times.push(await environment.currentTimeMs());
          return { order, payment, policy: { maxDeclines: 3 } };
        },
      },
    });
    expect(done).toEqual(["release money", "unlock expired", "expire"]);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(order.expireTime);
  }, 60_000);

  it("waits on when what woke it decides nothing", async () => {
    await runFully({ seen: true, meanwhile: () => undefined });
    expect(done).toEqual(["release money", "unlock expired", "expire"]);
    expect(await environment.currentTimeMs()).toBeGreaterThanOrEqual(order.expireTime);
  }, 60_000);

  it("expires at the deadline: the money first, then the ticket", async () => {
    expect(await run()).toEqual(["release money", "unlock expired", "expire"]);
  }, 60_000);

  it("asks Stripe once more at the deadline, and sells to a buyer who paid in time", async () => {
    atStripe = held(order.expireTime - 1);
    expect(await run()).toEqual(["sell", "capture", "complete"]);
  }, 60_000);

  it("asks Stripe also when it begins after the deadline, since the worker was away", async () => {
    order = { ...order, expireTime: (await environment.currentTimeMs()) - 1_000 };
    atStripe = held(order.expireTime - 1);
    expect(await run()).toEqual(["sell", "capture", "complete"]);
  }, 60_000);

  it("holds nothing against the buyer of an order that came after its own deadline", async () => {
    order = { ...order, expireTime: await environment.currentTimeMs() };
    payment = { status: "NONE", declines: 0, declinesExhausted: false };
    expect(await run()).toEqual(["release money", "unlock payment_failed", "expire"]);
  }, 60_000);

  it("holds nothing against the buyer when payments was away until the deadline", async () => {
    payment = { status: "NONE", declines: 0, declinesExhausted: false };
    const steps = await run(() => undefined, {
      readOrderAndPayment: async () => {
        if ((await environment.currentTimeMs()) < order.expireTime) throw new Error("payments is away");
        return { order, payment, policy: { maxDeclines: 3 } };
      },
    });
    expect(steps).toEqual(["release money", "unlock payment_failed", "expire"]);
  }, 60_000);

  it("gives back what was held after the deadline", async () => {
    atStripe = held(order.expireTime + 1);
    expect(await run()).toEqual(["release money", "unlock expired", "expire"]);
  }, 60_000);

  it("gives the money back when another order has the ticket", async () => {
    const steps = await run(
      () => {
        payment = held(order.expireTime - 1);
      },
      { sellTicket: async () => "lost" },
    );
    expect(steps).toEqual(["release money", "unlock payment_failed", "expire"]);
  }, 60_000);

  it("cancels for the buyer, even with money held", async () => {
    const steps = await run(() => {
      payment = held(order.expireTime - 1);
      order = { ...order, cancelRequested: true };
    });
    expect(steps).toEqual(["release money", "unlock cancelled", "cancel buyer"]);
  }, 60_000);

  it("cancels for the event, and holds nothing against the buyer", async () => {
    const steps = await run(() => {
      payment = held(order.expireTime - 1);
      order = { ...order, cancelRequested: true, eventCancelled: true };
    });
    expect(steps).toEqual(["release money", "unlock payment_failed", "cancel event_cancelled"]);
  }, 60_000);

  it("cancels after the last allowed decline", async () => {
    const steps = await run(() => {
      payment = { ...payment, declines: 3 };
    });
    expect(steps).toEqual(["release money", "unlock declined", "cancel payment_failed"]);
  }, 60_000);

  it("holds nothing against a buyer whose payment was lost or could never begin", async () => {
    const lost = await run(() => {
      payment = { ...payment, status: "FAILED" };
    });
    expect(lost).toEqual(["release money", "unlock payment_failed", "cancel payment_failed"]);
    done = [];
    payment = { status: "REQUIRES_PAYMENT", declines: 0, declinesExhausted: false, neverOpened: true };
    order = { ...order, expireTime: (await environment.currentTimeMs()) + LOCK_MS };
    expect(await run()).toEqual(["release money", "unlock payment_failed", "expire"]);
    done = [];
    order = { ...order, expireTime: (await environment.currentTimeMs()) + LOCK_MS };
    const gaveUp = await run(() => {
      order = { ...order, cancelRequested: true };
    });
    expect(gaveUp).toEqual(["release money", "unlock payment_failed", "cancel buyer"]);
  }, 60_000);

  it("takes the sale back when the capture is refused for good", async () => {
    const steps = await run(
      () => {
        payment = held(order.expireTime - 1);
      },
      { capturePayment: async () => "refused" },
    );
    expect(steps).toEqual(["sell", "release money", "relist", "cancel capture_refused"]);
  }, 60_000);

  it("tries again what got no answer", async () => {
    let failures = 4;
    const steps = await run(
      () => {
        payment = held(order.expireTime - 1);
      },
      {
        capturePayment: async () => {
          if (failures-- > 0) throw new Error("no answer");
          return "captured";
        },
      },
    );
    expect(steps).toEqual(["sell", "complete"]);
  }, 60_000);

  it("takes the sale back when nobody knows for ten minutes whether the money was taken", async () => {
    let asked = 0;
    const begun = await environment.currentTimeMs();
    const steps = await run(
      () => {
        payment = held(order.expireTime - 1);
      },
      {
        capturePayment: async () => {
          asked++;
          throw new Error("no answer");
        },
      },
    );
    expect(steps).toEqual(["sell", "release money", "relist", "cancel capture_refused"]);
    expect((await environment.currentTimeMs()) - begun).toBeGreaterThan(10 * 60_000);
    expect(asked).toBeGreaterThan(10);
  }, 60_000);

  it("takes note at once when it is told, in a pause, that the money was taken after all", async () => {
    let taken = false;
    const taskQueue = `lifecycle-${Math.random()}`;
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue,
      workflowBundle,
      activities: activities({
        capturePayment: async () => {
          if (!taken) throw new Error("no answer");
          return "captured";
        },
      }),
    });
    payment = held(order.expireTime - 1);
    await worker.runUntil(async () => {
      const handle = await environment.client.workflow.start(orderLifecycle, {
        workflowId: taskQueue,
        taskQueue,
        args: ["o1"],
      });
      // 5 + 10 + 20 + 40 + 80 s of pauses are over, and one of 160 s has just begun.
      await environment.sleep(170_000);
      taken = true;
      const told = await environment.currentTimeMs();
      await handle.signal(somethingChanged);
      await handle.result();
      const { closeTime } = await handle.describe();
      expect((closeTime?.getTime() ?? Number.POSITIVE_INFINITY) - told).toBeLessThan(60_000);
    });
    expect(done).toEqual(["sell", "complete"]);
  }, 60_000);

  it("is woken by a signal that says nothing new, and waits on", async () => {
    expect(await run(() => undefined)).toEqual(["release money", "unlock expired", "expire"]);
  }, 60_000);

  it("of an order that does not exist fails with the reason, so that one that comes later can begin", async () => {
    const unknown = run(undefined, {
      readOrderAndPayment: async () => {
        throw refused("ORDER_NOT_FOUND");
      },
    });
    await expect(unknown).rejects.toMatchObject({
      // One frame: whoever takes more of them takes them of every promise too.
      cause: { type: "ORDER_NOT_FOUND", stack: expect.stringMatching(/^[^\n]*\n +at [^\n]+$/) },
    });
    expect(done).toEqual([]);
  }, 60_000);

  it("has a short history also when a step gets no answer for hours", async () => {
    const away = (await environment.currentTimeMs()) + 3 * 3_600_000;
    let asked = 0;
    const { events } = await runFully({
      meanwhile: () => {
        order = { ...order, cancelRequested: true };
      },
      changes: {
        releaseMoney: async () => {
          asked++;
          if ((await environment.currentTimeMs()) < away) throw new Error("no answer");
          done.push("release money");
        },
      },
    });
    expect(done).toEqual(["release money", "unlock cancelled", "cancel buyer"]);
    expect(events).toBeLessThan(30);
    // A try every minute, not one every second.
    expect(asked).toBeLessThan((3 * 3_600) / 30);
  }, 120_000);

  it("undoes no sale while our own key at Stripe is wrong, however long that takes to mend", async () => {
    const mended = (await environment.currentTimeMs()) + 3_600_000;
    const steps = await run(
      () => {
        payment = held(order.expireTime - 1);
      },
      {
        capturePayment: async () => {
          if ((await environment.currentTimeMs()) < mended) {
            throw ApplicationFailure.retryable("no", "STRIPE_KEY_REFUSED");
          }
          return "captured";
        },
      },
    );
    expect(steps).toEqual(["sell", "complete"]);
  }, 60_000);

  it("ends also when the money that a sale took is disputed and cannot go back", async () => {
    const steps = await run(
      () => {
        payment = held(order.expireTime - 1);
      },
      {
        capturePayment: async () => "refused",
        releaseMoney: async () => {
          throw refused("CHARGE_DISPUTED");
        },
      },
    );
    expect(steps).toEqual(["sell", "relist", "cancel capture_refused"]);
  }, 60_000);
});
