import { create, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { OrderEventSchema } from "@ticketing/proto/orders/v1/order_events";
import { PaymentLifecycleService } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import type { IncomingEvent } from "@ticketing/runtime/events/events";
import { onOrderEvent } from "./on-order-event.ts";
import { createPaymentsProbe } from "./payments-probe.ts";
import type { WorkflowStarter } from "./starter.ts";

const HOUR_MS = 3_600_000;
let reads: number;
let started: Parameters<WorkflowStarter["startLifecycle"]>[];

/** Payments, which answers each read so. */
const paymentsThat = (answer: () => Promise<object>) => ({
  payments: createClient(
    PaymentLifecycleService,
    createRouterTransport(({ service }) =>
      service(PaymentLifecycleService, {
        readPayment: () => {
          reads++;
          return answer();
        },
      }),
    ),
  ),
});
const answers = async () => ({});
const isAway = () => Promise.reject(new ConnectError("away", Code.Unavailable));

/** Hears of so many orders that were created. */
async function hear(answer: () => Promise<object>, expireTime: number, orders = 1): Promise<void> {
  const workflows = {
    startLifecycle: async (...args: (typeof started)[number]) => void started.push(args),
  } as WorkflowStarter;
  const handle = onOrderEvent(workflows, createPaymentsProbe(paymentsThat(answer)));
  const event = create(OrderEventSchema, {
    id: "o",
    transition: { case: "orderCreated", value: {} },
    state: { expireTime: timestampFromMs(expireTime) },
  });
  const incoming = { payload: toBinary(OrderEventSchema, event) } as IncomingEvent;
  await Promise.all(Array.from({ length: orders }, () => handle(incoming)));
}

beforeEach(() => {
  reads = 0;
  started = [];
});

describe("an order that was created", () => {
  it("waits for its deadline, seen when payments answered", async () => {
    const [before, expireTime] = [Date.now(), Date.now() + HOUR_MS];
    await hear(answers, expireTime);
    expect(started).toEqual([["o", { time: expect.any(Number), expireTime }]]);
    expect(started[0]?.[1]?.time).toBeGreaterThanOrEqual(before);
  });

  it("is looked at at once when its deadline is over", async () => {
    await hear(answers, Date.now() - 1);
    expect(started).toEqual([["o", undefined]]);
  });

  it.each([
    ["is away", isAway],
    ["does not answer", () => new Promise<never>(() => undefined)],
  ])("is looked at at once when payments %s: its buyer may not be able to pay", async (_, answer) => {
    await hear(answer, Date.now() + HOUR_MS);
    expect(started).toEqual([["o", undefined]]);
  });

  it("asks payments once with all that come in the same moment", async () => {
    await hear(answers, Date.now() + HOUR_MS, 20);
    expect(started).toHaveLength(20);
    expect(reads).toBe(1);
  });
});
