import { setTimeout as sleep } from "node:timers/promises";
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { PaymentEventSchema } from "@ticketing/proto/payments/v1/payment_events";
import type { IncomingEvent } from "@ticketing/runtime/events/events";
import { onPaymentEvent } from "./on-payment-event.ts";
import { createCaptureCalls } from "./order-lifecycle/capture-calls.ts";
import type { WorkflowStarter } from "./starter.ts";

type Transition = MessageInitShape<typeof PaymentEventSchema>["transition"];
let called: string[];
const note = (call: string) => async (orderId: string) => void called.push(`${call} ${orderId}`);
const workflows = {
  wakeLifecycle: note("wake"),
  wakeBegunLifecycle: note("wake begun"),
  wakeRefund: note("wake refund"),
  wakeCase: note("wake case"),
} as WorkflowStarter;

/** Hears of a payment's transition. */
async function hear(transition: Transition, captures = createCaptureCalls()): Promise<string[]> {
  const partRefunds = [
    { partId: "c:1", providerRefundId: "re_1" },
    { partId: "c:2", providerRefundId: "re_2" },
    { partId: "other:1", providerRefundId: "re_3" },
  ];
  const event = create(PaymentEventSchema, { id: "o", transition, state: { id: "o", partRefunds } });
  const payload = toBinary(PaymentEventSchema, event);
  await onPaymentEvent(workflows, captures)({ payload } as IncomingEvent);
  return called;
}

beforeEach(() => {
  called = [];
});

describe("the news of a payment", () => {
  it.each<[NonNullable<Transition>, string[]]>([
    [{ case: "paymentAuthorized", value: {} }, ["wake o"]],
    [{ case: "paymentDeclined", value: {} }, ["wake o"]],
    [{ case: "paymentFailed", value: {} }, ["wake o"]],
    [{ case: "paymentRefundFailed", value: {} }, ["wake refund o"]],
    [{ case: "paymentPartRefunded", value: { providerRefundId: "re_2" } }, ["wake case c"]],
    [{ case: "paymentPartRefunded", value: { providerRefundId: "re_3" } }, ["wake case other"]],
    // One that shows beside the refund that counts for its part.
    [{ case: "paymentPartRefunded", value: { providerRefundId: "re_0" } }, []],
    [{ case: "paymentVoided", value: {} }, []],
  ])("%j", async (transition, calls) => {
    expect(await hear(transition)).toEqual(calls);
  });

  it("that it was captured wakes a lifecycle that may not know, once it has begun", async () => {
    expect(await hear({ case: "paymentCaptured", value: {} })).toEqual(["wake begun o"]);
  });

  it("that it was captured wakes none that had the answer from this process, or is about to have it", async () => {
    const captures = createCaptureCalls();
    captures.add(
      "o",
      sleep(20).then(() => "captured"),
    );
    expect(await hear({ case: "paymentCaptured", value: {} }, captures)).toEqual([]);
    // It is forgotten: what an event of another time says is not known.
    expect(await hear({ case: "paymentCaptured", value: {} }, captures)).toEqual(["wake begun o"]);
  });

  it("that it was captured wakes one whose call got no answer", async () => {
    const captures = createCaptureCalls();
    captures.add("o", Promise.reject(new Error("no answer")));
    expect(await hear({ case: "paymentCaptured", value: {} }, captures)).toEqual(["wake begun o"]);
  });

  it("is remembered of so many captures alone", async () => {
    const captures = createCaptureCalls();
    for (let n = 0; n <= 1_000; n++) captures.add(`${n}`, Promise.resolve("captured"));
    expect([await captures.take("0"), await captures.take("1")]).toEqual([false, true]);
  });
});
