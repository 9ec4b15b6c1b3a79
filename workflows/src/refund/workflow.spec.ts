import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type ConnectRouter, createClient, createRouterTransport } from "@connectrpc/connect";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { type WorkflowExecutionDescription, WorkflowFailedError } from "@temporalio/client";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { OrderStatus, RefundReason, RefundRefusalReason } from "@ticketing/proto/orders/v1/order";
import { PaymentLifecycleService } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import { DisputeStatus, PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { PayoutLifecycleService } from "@ticketing/proto/payouts/internal/v1/payout_lifecycle_service";
import type { Reason } from "@ticketing/proto/reason";
import { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { DomainError, toConnectError } from "@ticketing/runtime/process/domain-error";
import { startTimeSkipping } from "../../testing/time-skipping.ts";
import { somethingChanged } from "../order-lifecycle/messages.ts";
import { createRefundActivities } from "./activities.ts";
import { refund } from "./workflow.ts";

const DAY = 86_400_000;
let environment: TestWorkflowEnvironment;
let workflowBundle: WorkflowBundle;
/** What the services did, in order. */
let done: string[];
let order: { status: OrderStatus; asked: boolean; refused?: boolean } | undefined;
let paid: PaymentStatus;
/** What payments answers to the nth call for the refund. */
let refundAnswer: (call: number) => DomainError | undefined;
/** Whether what the seller earned is kept. */
let held: boolean;
/** Why the refund was asked for, as the order says. */
let refundReason: RefundReason;
/** What payouts answers to the announcement of the refund. */
let holdAnswer: () => DomainError | undefined;
/** What happens before the ticket is for sale again. */
let meanwhile: () => Promise<void>;
/** What happens before the order is marked as refunded. */
let marking: () => Promise<void>;
/** What happens as the order takes note of a refusal. */
let refusingIt: () => Promise<void>;
/** When the buyer asked for the refund once more. */
let askedAgain: number;
/** What happens as the order is read, and what the answer to that is if not the order as it is then. */
let reading: () => Promise<typeof order>;
/** How often the order was read. */
let reads: number;

/** What of the charge went back by hand, and its disputes. */
let partRefunded: bigint;
let disputes: { status: DisputeStatus; amount: ReturnType<typeof usd> }[];
const usd = (minorUnits: bigint) => ({ minorUnits, currency: "USD" });

const refusing = (reason: Reason) => new DomainError(reason, "no", { stripeCode: "x" });

/** The services behind their contracts. */
function services({ service }: ConnectRouter): void {
  let calls = 0;
  service(OrderLifecycleService, {
    readOrder: async () => {
      reads++;
      const now = (await reading()) ?? order;
      if (!now) throw toConnectError(refusing("ORDER_NOT_FOUND"));
      const refundRequestedTime = now.asked ? { seconds: 1n } : undefined;
      const refundRefusedTime = now.refused ? { seconds: 2n } : undefined;
      return {
        order: { ticketId: "t", status: now.status, refundRequestedTime, refundRefusedTime, refundReason },
      };
    },
    markRefunded: async () => {
      await marking();
      done.push("mark refunded");
      if (order) order.status = OrderStatus.REFUNDED;
      return {};
    },
    refuseRefund: async ({ reason, decidedTime }) => {
      if (decidedTime && timestampMs(decidedTime) < askedAgain) return {};
      if (order) order.refused = true;
      done.push(`refuse ${RefundRefusalReason[reason]}`);
      await refusingIt();
      return {};
    },
  });
  service(PaymentLifecycleService, {
    readPayment: () => ({
      payment: { status: paid, amount: usd(100n), amountRefunded: partRefunded, disputes },
    }),
    refundPayment: () => {
      const refusal = refundAnswer(++calls);
      if (refusal) throw toConnectError(refusal);
      done.push(held ? "refund" : "refund that the seller may be paid beside");
      return {};
    },
  });
  service(PayoutLifecycleService, {
    holdForRefund: () => {
      const refusal = holdAnswer();
      if (refusal) throw toConnectError(refusal);
      held = true;
      return {};
    },
  });
  service(TicketLockService, {
    relistTicket: async ({ withdraw }) => {
      await meanwhile();
      done.push(withdraw ? "withdraw" : "relist");
      return {};
    },
  });
}

beforeAll(async () => {
  ({ environment, workflowBundle } = await startTimeSkipping());
}, 120_000);
afterAll(() => environment?.teardown());
beforeEach(() => {
  done = [];
  order = { status: OrderStatus.COMPLETE, asked: true };
  paid = PaymentStatus.REFUNDED;
  refundAnswer = () => undefined;
  holdAnswer = () => undefined;
  held = false;
  refundReason = RefundReason.BUYER;
  partRefunded = 0n;
  disputes = [];
  meanwhile = async () => undefined;
  marking = async () => undefined;
  reading = async () => undefined;
  refusingIt = async () => undefined;
  askedAgain = 0;
  reads = 0;
});

/** Runs a refund to its end: how it ended, how long that took, and how long its history is. */
async function run(workflowId = `refund-${Math.random()}`): Promise<{
  failed?: string | undefined;
  ms: number;
  execution: WorkflowExecutionDescription;
}> {
  const taskQueue = workflowId;
  const transport = createRouterTransport(services);
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue,
    workflowBundle,
    activities: createRefundActivities({
      tickets: createClient(TicketLockService, transport),
      orders: createClient(OrderLifecycleService, transport),
      payments: createClient(PaymentLifecycleService, transport),
      payouts: createClient(PayoutLifecycleService, transport),
    }),
  });
  const begun = await environment.currentTimeMs();
  return worker.runUntil(async () => {
    const handle = await wake(workflowId);
    const failed = await handle.result().then(
      () => undefined,
      (error: unknown) => {
        const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
        return cause && "type" in cause ? String(cause.type) : String(error);
      },
    );
    const execution = await handle.describe();
    return { failed, ms: (await environment.currentTimeMs()) - begun, execution };
  });
}

/** Starts a refund or tells one that runs, as an event does. */
const wake = (workflowId: string) =>
  environment.client.workflow.signalWithStart(refund, {
    workflowId,
    taskQueue: workflowId,
    args: ["o1"],
    signal: somethingChanged,
  });

describe("a refund", () => {
  it("gives the money back, then the ticket, and says so, in no more than nine events", async () => {
    const { failed, execution } = await run();
    expect(failed).toBeUndefined();
    expect(done).toEqual(["refund", "relist", "mark refunded"]);
    expect(reads).toBe(2);
    expect(execution.historyLength).toBeLessThanOrEqual(9);
  }, 60_000);

  it.each([
    [RefundReason.CASE, "withdraw"],
    [RefundReason.EVENT_CANCELLED, "relist"],
    [RefundReason.UNSPECIFIED, "relist"],
  ])(
    "for the reason %s asks to %s the ticket",
    async (reason, wanted) => {
      refundReason = reason;
      await run();
      expect(done).toEqual(["refund", wanted, "mark refunded"]);
    },
    60_000,
  );

  const { LOST, PREVENTED, WON, NEEDS_RESPONSE } = DisputeStatus;
  it.each([
    [RefundReason.CASE, 0n, [LOST], 100n, "withdraw, mark refunded"],
    [RefundReason.CASE, 0n, [PREVENTED], 100n, "withdraw, mark refunded"],
    [RefundReason.CASE, 40n, [WON, LOST], 60n, "withdraw, mark refunded"],
    [RefundReason.CASE, 0n, [LOST], 99n, "refuse CHARGE_DISPUTED"],
    [RefundReason.CASE, 0n, [NEEDS_RESPONSE], 100n, "refuse CHARGE_DISPUTED"],
    [RefundReason.BUYER, 0n, [LOST], 100n, "relist, mark refunded"],
    [RefundReason.EVENT_CANCELLED, 0n, [LOST], 100n, "relist, mark refunded"],
    [RefundReason.EVENT_CANCELLED, 0n, [NEEDS_RESPONSE], 100n, "refuse CHARGE_DISPUTED"],
  ])(
    "for the reason %s, %s given by hand, of a charge with disputes %j of %s: %s",
    async (reason, byHand, statuses, amount, wanted) => {
      refundReason = reason;
      partRefunded = byHand;
      paid = PaymentStatus.CAPTURED;
      disputes = statuses.map((status) => ({ status, amount: usd(amount) }));
      refundAnswer = () => refusing("CHARGE_DISPUTED");
      await run();
      expect(done.join(", ")).toBe(wanted);
      expect(held).toBe(true);
    },
    60_000,
  );

  it("that a bank has made, and a case was about, is not asked of Stripe once more", async () => {
    refundReason = RefundReason.CASE;
    disputes = [{ status: PREVENTED, amount: usd(100n) }];
    await run();
    expect(done).toEqual(["withdraw", "mark refunded"]);
  }, 60_000);

  it("is asked of Stripe only once the seller's earning is kept: a transfer under way is waited for", async () => {
    let calls = 0;
    holdAnswer = () => (++calls > 3 ? undefined : new DomainError("EARNING_UNDERWAY", "not yet"));
    expect((await run()).failed).toBeUndefined();
    expect(calls).toBe(4);
    expect(done).toEqual(["refund", "relist", "mark refunded"]);
  }, 60_000);

  it.each([
    ["nobody asked for", { status: OrderStatus.COMPLETE, asked: false }],
    ["was never paid", { status: OrderStatus.AWAITING_PAYMENT, asked: false }],
    ["was cancelled", { status: OrderStatus.CANCELLED, asked: true }],
    ["expired", { status: OrderStatus.EXPIRED, asked: true }],
  ])(
    "of an order whose refund %s moves nothing, and one that is asked for later can still begin",
    async (_, now) => {
      order = now;
      expect((await run()).failed).toBe("REFUND_NOT_REQUESTED");
      expect(done).toEqual([]);
    },
    60_000,
  );

  it("of an order that does not exist fails, and moves nothing", async () => {
    order = undefined;
    expect((await run()).failed).toBe("ORDER_NOT_FOUND");
    expect(done).toEqual([]);
  }, 60_000);

  it("that was made before is not made again", async () => {
    order = { status: OrderStatus.REFUNDED, asked: true };
    expect((await run()).failed).toBeUndefined();
    expect(done).toEqual([]);
  }, 60_000);

  it("that failed after it was made is not made again, and the order says so", async () => {
    order = { status: OrderStatus.REFUNDED, asked: true };
    paid = PaymentStatus.REFUND_FAILED;
    expect((await run()).failed).toBeUndefined();
    expect(done).toEqual(["refuse REFUND_FAILED"]);
  }, 60_000);

  it("that failed and that a bank made after all is not made again, and the order says so once", async () => {
    order = { status: OrderStatus.REFUNDED, asked: true, refused: true };
    paid = PaymentStatus.REFUND_FAILED;
    disputes = [{ status: LOST, amount: usd(100n) }];
    expect((await run()).failed).toBeUndefined();
    expect(done).toEqual(["relist", "mark refunded"]);
    order = { status: OrderStatus.REFUNDED, asked: true };
    await run();
    expect(done).toEqual(["relist", "mark refunded"]);
  }, 60_000);

  it("that failed and that a person made after all is not made again, and the order says so", async () => {
    order = { status: OrderStatus.REFUNDED, asked: true, refused: true };
    expect((await run()).failed).toBeUndefined();
    expect(done).toEqual(["relist", "mark refunded"]);
  }, 60_000);

  it("that was refused is not made because of news alone", async () => {
    order = { status: OrderStatus.COMPLETE, asked: true, refused: true };
    paid = PaymentStatus.CAPTURED;
    expect((await run()).failed).toBeUndefined();
    expect(done).toEqual([]);
  }, 60_000);

  it.each([PaymentStatus.REFUNDED, PaymentStatus.REFUND_PENDING])(
    "that was refused, and whose money went back all the same (%s), is finished",
    async (status) => {
      order = { status: OrderStatus.COMPLETE, asked: true, refused: true };
      paid = status;
      expect((await run()).failed).toBeUndefined();
      expect(done).toEqual(["refund", "relist", "mark refunded"]);
    },
    60_000,
  );

  it.each([
    ["whose refusal is told", () => undefined],
    ["whose refusal is told twice, since its answer was lost,", () => new Error("no answer")],
  ])(
    "%s and that is asked for again before its run ended is tried again",
    async (_, answer) => {
      const workflowId = `refund-again-${Math.random()}`;
      paid = PaymentStatus.CAPTURED;
      refundAnswer = (call) => (call === 1 ? refusing("CHARGE_DISPUTED") : undefined);
      refusingIt = async () => {
        order = { status: OrderStatus.COMPLETE, asked: true };
        askedAgain = (await environment.currentTimeMs()) + 1;
        await wake(workflowId);
        const lost = answer();
        if (lost) throw lost;
      };
      expect((await run(workflowId)).failed).toBeUndefined();
      expect(done).toEqual(["refuse CHARGE_DISPUTED", "refund", "relist", "mark refunded"]);
    },
    60_000,
  );

  it("that fails before its order is marked is recorded at the order", async () => {
    const workflowId = `refund-failing-${Math.random()}`;
    let tries = 0;
    meanwhile = async () => {
      // Twice as a local activity, then as one between whose tries the workflow hears what happens.
      if (++tries > 3) return;
      if (tries === 3) {
        paid = PaymentStatus.REFUND_FAILED;
        await wake(workflowId);
      }
      throw new Error("no answer");
    };
    expect((await run(workflowId)).failed).toBeUndefined();
    expect(done).toEqual(["refund", "relist", "mark refunded", "refuse REFUND_FAILED"]);
  }, 60_000);

  it("that fails while its order is marked is recorded at the order", async () => {
    const workflowId = `refund-failing-${Math.random()}`;
    marking = async () => {
      paid = PaymentStatus.REFUND_FAILED;
      await wake(workflowId);
    };
    expect((await run(workflowId)).failed).toBeUndefined();
    expect(done).toEqual(["refund", "relist", "mark refunded", "refuse REFUND_FAILED"]);
  }, 60_000);

  it("that began before its order asked for it is made once the order asks", async () => {
    const workflowId = `refund-early-${Math.random()}`;
    order = { status: OrderStatus.COMPLETE, asked: false };
    reading = async () => {
      if (reads > 1) return;
      const now = order;
      order = { status: OrderStatus.COMPLETE, asked: true };
      await wake(workflowId);
      return now;
    };
    expect((await run(workflowId)).failed).toBeUndefined();
    expect(done).toEqual(["refund", "relist", "mark refunded"]);
  }, 60_000);

  it.each([
    ["CHARGE_DISPUTED", "CHARGE_DISPUTED"],
    ["NOT_CAPTURED", "NOTHING_CAPTURED"],
    ["PAYMENT_NOT_FOUND", "NOTHING_CAPTURED"],
  ] as const)(
    "that is refused with %s ends at once, and the order says why",
    async (reason, kept) => {
      refundAnswer = () => refusing(reason);
      const { failed, ms } = await run();
      expect(failed).toBeUndefined();
      expect(done).toEqual([`refuse ${kept}`]);
      expect(ms).toBeLessThan(60_000);
    },
    60_000,
  );

  it("that Stripe refuses is asked for again in minutes, not in a loop, and made once Stripe accepts it", async () => {
    let asked = 0;
    refundAnswer = (call) => {
      asked = call;
      return call <= 3 ? refusing("REFUND_REFUSED") : undefined;
    };
    const { ms } = await run();
    expect(done).toEqual(["refund", "relist", "mark refunded"]);
    expect(asked).toBe(4);
    expect(ms).toBeGreaterThan(30 * 60_000);
  }, 60_000);

  it("that Stripe refuses for three days is handed to an operator, and its history stays short", async () => {
    let asked = 0;
    refundAnswer = (call) => {
      asked = call;
      return refusing("REFUND_REFUSED");
    };
    const { failed, ms, execution } = await run();
    expect(failed).toBeUndefined();
    expect(done).toEqual(["refuse REFUSED_BY_PROVIDER"]);
    expect(ms).toBeGreaterThan(3 * DAY);
    expect(ms).toBeLessThan(4 * DAY);
    expect(asked).toBeLessThan(25);
    expect(execution.historyLength).toBeLessThan(200);
  }, 60_000);

  it.each(["STRIPE_UNAVAILABLE", "STRIPE_KEY_REFUSED"] as const)(
    "that meets %s for hours is made after them, and its history stays short",
    async (reason) => {
      const until = (await environment.currentTimeMs()) + 6 * 3_600_000;
      let now = await environment.currentTimeMs();
      refundAnswer = () => (now < until ? refusing(reason) : undefined);
      const clock = setInterval(async () => {
        now = await environment.currentTimeMs();
      }, 20);
      try {
        const { execution } = await run();
        expect(done).toEqual(["refund", "relist", "mark refunded"]);
        expect(execution.historyLength).toBeLessThan(20);
      } finally {
        clearInterval(clock);
      }
    },
    120_000,
  );
});
