import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import fc from "fast-check";
import { openPaymentWorld, type PaymentWorld } from "../testing/payment-world.ts";
import { type IntentSnapshot, observe, showsDone } from "./observe-intent.ts";
import { attachIntent, type Payment, requestVoid, start } from "./payment.ts";
import { createPaymentActions } from "./payment-actions.ts";
import type { StripeGateway } from "./stripe-gateway.ts";

const { CAPTURED, FAILED, VOIDED } = PaymentStatus;
const AMOUNT = 4_500;
const now = new Date(Date.UTC(2030, 0, 1));

/** What Stripe may answer with a 2xx: the amount is any part of what is asked for, or more. */
const answers = fc.record({
  own: fc.boolean(),
  status: fc.constantFrom<IntentSnapshot["status"]>("open", "requires_capture", "succeeded", "canceled"),
  amountReceived: fc.constantFrom(0, 1, AMOUNT - 1, AMOUNT, AMOUNT + 1),
});
type Answer = typeof answers extends fc.Arbitrary<infer T> ? T : never;

const snapshotOf = ({ own, ...answer }: Answer, intentId = ""): IntentSnapshot => ({
  ...{ id: own ? intentId : "pi_of_another", refunds: [] },
  ...answer,
});

let world: PaymentWorld;
beforeAll(async () => {
  world = await openPaymentWorld();
  // What becomes known here becomes known by answers and looks alone.
  world.double.faults.add({ kind: "webhook_hold", operation: "*" });
}, 60_000);
afterAll(() => world?.close());

/** A actions to which Stripe gives this answer after it has done, or not, what it did. */
function answered(happened: (gateway: StripeGateway, id: string) => Promise<unknown>, answer: Answer) {
  let looks = 0;
  const act = async (intentId: string) => {
    await happened(world.stripe, intentId);
    return snapshotOf(answer, intentId);
  };
  const fetch = (intentId: string) => {
    looks++;
    return world.stripe.fetch(intentId);
  };
  const stripe = { ...world.gateway, capture: act, cancel: act, fetch };
  return { actions: createPaymentActions({ ...world, stripe }), looks: () => looks };
}

const events: Record<string, (gateway: StripeGateway, id: string) => Promise<unknown>> = {
  nothing: async () => undefined,
  capture: (gateway, id) => gateway.capture(id, `${id}-captured`),
  cancel: (gateway, id) => gateway.cancel(id),
};

describe("an answer to a capture or a cancel", () => {
  it("that does not show that it was done is looked into, so that only what is so is noted", async () => {
    const cases = fc.record({
      answer: answers,
      happened: fc.constantFrom("nothing", "capture", "cancel"),
      asked: fc.constantFrom("capture" as const, "void" as const),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ answer, happened, asked }) => {
        const payment = await world.authorized();
        const action = asked === "void" ? "cancel" : "capture";
        const isDone = showsDone(payment, action, snapshotOf(answer, payment.intentId));
        // Stripe does not say that it did what it did not.
        fc.pre(!isDone || happened === action);
        const { actions, looks } = answered(events[happened] ?? (async () => undefined), answer);
        const outcome = await (asked === "void" ? actions.void(payment._id) : actions.capture(payment)).then(
          ({ status }) => PaymentStatus[status],
          reasonOf,
        );
        const { status } = await world.payment(payment._id);
        if (happened === "capture") expect(status).toBe(CAPTURED);
        else if (happened === "cancel") expect(status).toBe(asked === "void" ? VOIDED : FAILED);
        else expect(status).toBe(payment.status);
        const expected = {
          capture: { capture: "CAPTURED", cancel: "CAPTURE_REFUSED", nothing: "STRIPE_UNAVAILABLE" },
          void: { capture: "STRIPE_UNAVAILABLE", cancel: "VOIDED", nothing: "STRIPE_UNAVAILABLE" },
        }[asked];
        expect(outcome).toBe(expected[happened as keyof typeof expected]);
        expect(looks()).toBe(isDone ? 0 : 1);
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  const attached = (): Payment =>
    attachIntent(
      start({ id: "o1", buyerId: "b", price: { minorUnits: AMOUNT, currency: "USD" } }, now),
      { intentId: "pi_1", meshId: "mesh", withSecret: true },
      now,
    );

  it("that shows that it was done is noted as a look would be", () => {
    fc.assert(
      fc.property(answers, fc.constantFrom("capture" as const, "cancel" as const), (answer, action) => {
        const held = observe(attached(), { ...snapshotOf(answer, "pi_1"), status: "requires_capture" }, now);
        const payment = action === "cancel" ? requestVoid(held, now) : held;
        const shown = snapshotOf(answer, "pi_1");
        fc.pre(showsDone(payment, action, shown));
        expect(observe(payment, shown, now).status).toBe(action === "cancel" ? VOIDED : CAPTURED);
      }),
    );
  });

  it.each([
    ["capture", "succeeded", AMOUNT, true],
    ["capture", "succeeded", AMOUNT - 1, false],
    ["capture", "requires_capture", AMOUNT, false],
    ["capture", "open", 0, false],
    ["cancel", "canceled", 0, true],
    ["cancel", "succeeded", AMOUNT, false],
    ["cancel", "open", 0, false],
    ["refund", "succeeded", AMOUNT, false],
  ] as const)("to %s that shows %s and %d taken: done is %s", (action, status, amountReceived, isDone) => {
    const answer = (own: boolean) => snapshotOf({ own, status, amountReceived }, "pi_1");
    expect(showsDone(attached(), action, answer(true))).toBe(isDone);
    expect(showsDone(attached(), action, answer(false))).toBe(false);
  });
});
