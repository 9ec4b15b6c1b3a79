import { type ConnectRouter, createClient, createRouterTransport } from "@connectrpc/connect";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { WorkflowFailedError } from "@temporalio/client";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import { DeliveryLifecycleService } from "@ticketing/proto/deliveries/internal/v1/delivery_lifecycle_service";
import { DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { PaymentLifecycleService } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import { RefundStatus } from "@ticketing/proto/payments/v1/payment";
import { PayoutLifecycleService } from "@ticketing/proto/payouts/internal/v1/payout_lifecycle_service";
import { EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { DomainError, toConnectError } from "@ticketing/runtime/process/domain-error";
import { startTimeSkipping } from "../../testing/time-skipping.ts";
import { somethingChanged } from "../order-lifecycle/messages.ts";
import { createEarningActivities } from "./activities.ts";
import { earning } from "./workflow.ts";

let environment: TestWorkflowEnvironment;
let workflowBundle: WorkflowBundle;
/** What the workflow did, in order. */
let done: string[];
let status: EarningStatus;
let recoverable: boolean;
let asked: boolean;
let frozen: boolean;
let saleStands: boolean;
/** What of the charge went back, and the refunds among that which people made. */
let amountRefunded: bigint;
/** What of that operators gave back as parts of the price. */
let parts: bigint;
let manualRefunds: { providerRefundId: string; amount: bigint; status: RefundStatus }[];
/** The parts as the payment has them. */
let partRefunds: { amount: bigint; status: RefundStatus }[];
/** Undefined: none was made. */
let delivery: DeliveryStatus | undefined;
/** The charge of a transfer that was begun before. */
let begunChargeId: string;
/** What payments answers when the charge is read. */
let chargeAnswer: () => DomainError | undefined;
/** What payouts answers to the nth call for the transfer. */
let transferAnswer: (call: number) => DomainError | undefined;
/** What happens as the earning is read. */
let reading: () => Promise<unknown>;

/** The services behind their contracts. */
function services({ service }: ConnectRouter): void {
  let transfers = 0;
  service(OrderLifecycleService, {
    readOrder: () => ({
      order: { status: OrderStatus.COMPLETE, ...(asked && { refundRequestedTime: { seconds: 1n } }) },
    }),
  });
  service(DeliveryLifecycleService, {
    readDelivery: () => {
      if (!delivery) throw toConnectError(new DomainError("DELIVERY_NOT_FOUND", "none was made"));
      return { delivery: { status: delivery } };
    },
  });
  service(PaymentLifecycleService, {
    readPayment: () => ({ payment: { manualRefunds, partRefunds } }),
    readCharge: () => {
      const refusal = chargeAnswer();
      if (refusal) throw toConnectError(refusal);
      done.push("read charge");
      return { providerChargeId: "ch_1", amountReceived: 5_000n, amountRefunded };
    },
  });
  service(PayoutLifecycleService, {
    readEarning: async () => {
      await reading();
      const sum = { price: { minorUnits: 5_000n, currency: "USD" }, net: 4_500n, amountRefunded: parts };
      const holdReason = frozen ? EarningHoldReason.CASE : EarningHoldReason.UNSPECIFIED;
      return {
        ...{ earning: { status, ...sum, holdReason }, recoverable, begunChargeId, saleStands },
        standsDespiteRefundIds: ["re_1"],
      };
    },
    transferEarning: ({ providerChargeId }) => {
      const refusal = transferAnswer(++transfers);
      if (refusal) throw toConnectError(refusal);
      done.push(`transfer ${providerChargeId}`);
      return {};
    },
    blockEarning: ({ reason }) => {
      done.push(`block ${EarningHoldReason[reason]}`);
      return {};
    },
    recoverEarning: () => {
      done.push("recover");
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
  status = EarningStatus.RELEASED;
  recoverable = false;
  asked = false;
  frozen = false;
  saleStands = false;
  amountRefunded = 0n;
  parts = 0n;
  manualRefunds = [];
  partRefunds = [];
  delivery = DeliveryStatus.DELIVERED;
  begunChargeId = "";
  chargeAnswer = () => undefined;
  transferAnswer = () => undefined;
  reading = async () => undefined;
});

const wake = (workflowId: string) =>
  environment.client.workflow.signalWithStart(earning, {
    ...{ workflowId, taskQueue: workflowId, args: ["o1"], signal: somethingChanged },
  });

/** Runs an earning to its end: how it ended, and how long its history is. */
async function run(workflowId = `earning-${Math.random()}`) {
  const transport = createRouterTransport(services);
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: workflowId,
    workflowBundle,
    activities: createEarningActivities({
      orders: createClient(OrderLifecycleService, transport),
      payments: createClient(PaymentLifecycleService, transport),
      payouts: createClient(PayoutLifecycleService, transport),
      deliveries: createClient(DeliveryLifecycleService, transport),
    }),
  });
  return worker.runUntil(async () => {
    const handle = await wake(workflowId);
    const failed = await handle.result().then(
      () => undefined,
      (error: unknown) => {
        const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
        return cause && "type" in cause ? String(cause.type) : String(error);
      },
    );
    return { failed, length: (await handle.describe()).historyLength };
  });
}

describe("an earning that is due", () => {
  it("is transferred of the charge that Stripe shows, in no more than eight events", async () => {
    const { failed, length } = await run();
    expect(failed).toBeUndefined();
    expect(done).toEqual(["read charge", "transfer ch_1"]);
    expect(length).toBeLessThanOrEqual(8);
  }, 60_000);

  it.each([EarningStatus.HELD, EarningStatus.TRANSFERRED, EarningStatus.REVERSED, EarningStatus.OWED])(
    "but is not released any more (%s) is left alone",
    async (now) => {
      status = now;
      await run();
      expect(done).toEqual([]);
    },
    60_000,
  );

  it("and whose buyer wants the money back is kept", async () => {
    asked = true;
    await run();
    expect(done).toEqual(["read charge", "block REFUND"]);
  }, 60_000);

  it("and whose ticket was not delivered is kept, unless an operator has decided that the sale stands", async () => {
    delivery = DeliveryStatus.OVERDUE;
    await run();
    expect(done).toEqual(["read charge", "block DELIVERY"]);
    done = [];
    saleStands = true;
    await run();
    expect(done).toEqual(["read charge", "transfer ch_1"]);
  }, 60_000);

  it("and of which a part went back is transferred once an operator accepts each refund, and not before", async () => {
    const { SUCCEEDED, FAILED } = RefundStatus;
    const accepted = { providerRefundId: "re_1", amount: 300n, status: SUCCEEDED };
    const another = { providerRefundId: "re_2", amount: 200n, status: SUCCEEDED };
    const outcome = async (refunded: bigint, ...refunds: typeof manualRefunds) => {
      [amountRefunded, manualRefunds, done] = [refunded, refunds, []];
      await run();
      return done.at(-1);
    };
    expect(await outcome(300n, accepted)).toBe("transfer ch_1");
    expect(await outcome(300n, accepted, { ...another, status: FAILED })).toBe("transfer ch_1");
    expect(await outcome(500n, accepted, another)).toBe("block CHARGE");
    // What the services gave back is no refund by hand.
    expect(await outcome(500n, accepted)).toBe("block CHARGE");
    parts = 200n;
    partRefunds = [{ amount: 200n, status: SUCCEEDED }];
    expect(await outcome(500n, accepted)).toBe("transfer ch_1");
    expect(await outcome(200n)).toBe("transfer ch_1");
    expect(await outcome(400n)).toBe("block CHARGE");
    expect(await outcome(400n, another)).toBe("block CHARGE");
    // It came back from the bank later, and was given by hand instead.
    partRefunds = [{ amount: 200n, status: FAILED }];
    expect(await outcome(300n, accepted)).toBe("transfer ch_1");
    expect(await outcome(500n, accepted)).toBe("block CHARGE");
    // More of it went back than the earning is less by.
    partRefunds = [{ amount: 300n, status: SUCCEEDED }];
    expect(await outcome(300n)).toBe("block CHARGE");
  }, 60_000);

  it("and for which no delivery was made is transferred", async () => {
    delivery = undefined;
    await run();
    expect(done).toEqual(["read charge", "transfer ch_1"]);
  }, 60_000);

  it("and whose order has an open case is left alone, unless its transfer was begun", async () => {
    frozen = true;
    await run();
    expect(done).toEqual([]);
    begunChargeId = "ch_begun";
    await run();
    expect(done).toEqual(["read charge", "transfer ch_begun"]);
  }, 60_000);

  it("and whose transfer was begun by a run that is gone comes to its outcome before a refund is made", async () => {
    asked = true;
    begunChargeId = "ch_begun";
    await run();
    expect(done).toEqual(["read charge", "transfer ch_begun"]);
  }, 60_000);

  it.each(["NOT_CAPTURED", "PAYMENT_NOT_FOUND"] as const)(
    "without money (%s) is kept",
    async (reason) => {
      chargeAnswer = () => new DomainError(reason, "no");
      await run();
      expect(done).toEqual(["block CHARGE"]);
    },
    60_000,
  );

  it("in the copy of a mesh is not transferred: the mesh that took the money pays", async () => {
    chargeAnswer = () => new DomainError("INTENT_NOT_OURS", "another's");
    expect((await run()).failed).toBe("INTENT_NOT_OURS");
    expect(done).toEqual([]);
  }, 60_000);

  it("is asked for until Stripe has answered", async () => {
    transferAnswer = (call) => (call > 5 ? undefined : new DomainError("STRIPE_UNAVAILABLE", "no answer"));
    expect((await run()).failed).toBeUndefined();
    expect(done.filter((step) => step !== "read charge")).toEqual(["transfer ch_1"]);
  }, 60_000);

  it("is judged again before each repeat of the transfer: meanwhile the buyer may want the money back", async () => {
    transferAnswer = (call) => {
      asked = true;
      return call > 1 ? undefined : new DomainError("STRIPE_UNAVAILABLE", "no answer");
    };
    expect((await run()).failed).toBeUndefined();
    expect(done).toEqual(["read charge", "read charge"]);
  }, 60_000);

  it("is transferred all the same if that was begun before the buyer wanted the money back", async () => {
    transferAnswer = (call) => {
      asked = true;
      begunChargeId = "ch_1";
      return call > 1 ? undefined : new DomainError("STRIPE_UNAVAILABLE", "no answer");
    };
    expect((await run()).failed).toBeUndefined();
    expect(done).toEqual(["read charge", "read charge", "transfer ch_1"]);
  }, 60_000);

  it("and about which something changes meanwhile is looked at again", async () => {
    const workflowId = "earning-changed";
    reading = async () => {
      reading = async () => undefined;
      await wake(workflowId);
    };
    await run(workflowId);
    expect(done).toEqual(["read charge", "transfer ch_1", "read charge", "transfer ch_1"]);
  }, 60_000);
});

it("what is owed is taken back once the buyer has the money, by the mesh that took it", async () => {
  status = EarningStatus.OWED;
  recoverable = true;
  await run();
  expect(done).toEqual(["read charge", "recover"]);
}, 60_000);
