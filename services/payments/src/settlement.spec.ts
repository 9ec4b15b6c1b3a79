import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { reasonOf } from "@ticketing/runtime/domain-error";
import { openTill, type Till } from "../testing/till.ts";

let till: Till;
beforeAll(async () => {
  till = await openTill();
}, 60_000);
afterAll(() => till?.close());
beforeEach(() => till.double.faults.clear());

const reason = (call: Promise<unknown>) => call.then(() => "done", reasonOf);
/** Repeats as the workflow does: whatever is refused as passing is tried again. */
async function untilDone<T>(call: () => Promise<T>): Promise<{ answer: T; tries: number }> {
  for (let tries = 1; tries <= 5; tries++) {
    try {
      return { answer: await call(), tries };
    } catch (error) {
      if (reasonOf(error) !== "STRIPE_UNAVAILABLE") throw error;
    }
  }
  throw new Error("still unavailable after five tries");
}

describe("capture", () => {
  it("takes the money once, however often it is asked", async () => {
    const { _id } = await till.authorized();
    const capture = async () => till.settlement.capture(await till.payment(_id));
    await Promise.all([capture(), capture(), capture()]);
    expect((await capture()).status).toBe(PaymentStatus.CAPTURED);
    expect(till.intents(_id)).toMatchObject([{ status: "succeeded", amount_received: 4_500 }]);
  });

  it.each(["drop_response", "error_after"] as const)("finds out that it happened after %s", async (kind) => {
    const payment = await till.authorized();
    till.double.faults.add({ kind, operation: "payment_intents.capture", count: 2 });
    expect((await till.settlement.capture(payment)).status).toBe(PaymentStatus.CAPTURED);
    expect((await till.payment(payment._id)).attempts.capture).toBe(1);
  });

  it("tries again with the same key when nobody knows whether it was asked", async () => {
    const payment = await till.authorized();
    till.double.faults.add({ kind: "drop_request", operation: "payment_intents.capture", count: 2 });
    const { answer, tries } = await untilDone(async () => till.settlement.capture(payment));
    expect(tries).toBe(2);
    expect(answer).toMatchObject({ status: PaymentStatus.CAPTURED, attempts: { capture: 1 } });
  });

  it("takes another key after a 500 that Stripe keeps", async () => {
    const payment = await till.authorized();
    till.double.faults.add({ kind: "saved_error_before", operation: "payment_intents.capture", count: 1 });
    const { answer, tries } = await untilDone(async () =>
      till.settlement.capture(await till.payment(payment._id)),
    );
    expect(tries).toBe(2);
    expect(answer).toMatchObject({ status: PaymentStatus.CAPTURED, attempts: { capture: 2 } });
  });

  it("is refused for good when the bank says no, and stays refused", async () => {
    const payment = await till.authorized();
    till.double.faults.add({ kind: "refuse", operation: "payment_intents.capture", count: 1 });
    expect(await reason(till.settlement.capture(payment))).toBe("CAPTURE_REFUSED");
    expect(await reason(till.settlement.capture(await till.payment(payment._id)))).toBe("CAPTURE_REFUSED");
    expect((await till.settlement.void(payment._id)).status).toBe(PaymentStatus.VOIDED);
    expect(till.intents(payment._id)).toMatchObject([{ status: "canceled", amount_received: 0 }]);
  });

  it("does not take what is not held, and not what is given up", async () => {
    const order = till.order();
    await till.start(order);
    expect(await reason(till.settlement.capture(await till.payment(order.id)))).toBe("NOT_AUTHORIZED");
    const held = await till.authorized();
    await till.settlement.void(held._id);
    expect(await reason(till.settlement.capture(await till.payment(held._id)))).toBe("PAYMENT_VOIDED");
  });

  it("waits while Stripe is away", async () => {
    const payment = await till.authorized();
    till.double.faults.add({ kind: "error_before", operation: "*" });
    expect(await reason(till.settlement.capture(payment))).toBe("STRIPE_UNAVAILABLE");
    expect((await till.payment(payment._id)).status).toBe(PaymentStatus.AUTHORIZED);
  });
});

describe("void", () => {
  it.each(["drop_response", "error_after", "drop_request", "saved_error_before"] as const)(
    "ends with the hold released after %s",
    async (kind) => {
      const { _id } = await till.authorized();
      till.double.faults.add({ kind, operation: "payment_intents.cancel", count: 2 });
      const { answer } = await untilDone(() => till.settlement.void(_id));
      expect(answer.status).toBe(PaymentStatus.VOIDED);
      expect(till.intents(_id)).toMatchObject([{ status: "canceled" }]);
    },
  );

  it("is not said to be done before Stripe says so", async () => {
    const { _id } = await till.authorized();
    till.double.faults.add({ kind: "drop_request", operation: "payment_intents.cancel" });
    expect(await reason(till.settlement.void(_id))).toBe("STRIPE_UNAVAILABLE");
    expect(await till.payment(_id)).toMatchObject({ status: PaymentStatus.AUTHORIZED });
    expect((await till.payment(_id)).voidRequestedTime).toBeInstanceOf(Date);
  });

  it("does not undo a capture", async () => {
    const payment = await till.authorized();
    await till.settlement.capture(payment);
    expect(await reason(till.settlement.void(payment._id))).toBe("ALREADY_CAPTURED");
  });

  it("racing a capture ends in one of the two, never in both", async () => {
    for (let round = 0; round < 10; round++) {
      const payment = await till.authorized();
      const [captured, voided] = await Promise.all([
        reason(till.settlement.capture(payment)),
        reason(till.settlement.void(payment._id)),
      ]);
      const [intent] = till.intents(payment._id);
      const status = (await untilDone(async () => till.settlement.refresh(await till.payment(payment._id))))
        .answer.payment.status;
      if (intent?.status === "succeeded" && till.refunds(payment._id).length === 0) {
        expect([captured, voided]).toEqual(["done", expect.not.stringMatching(/^done$/)]);
        expect(status).toBe(PaymentStatus.CAPTURED);
      } else {
        expect(voided).toMatch(/^(done|STRIPE_UNAVAILABLE)$/);
        expect([PaymentStatus.VOIDED, PaymentStatus.REFUNDED]).toContain(status);
      }
    }
  });
});

describe("refund", () => {
  const captured = async () => till.settlement.capture(await till.authorized());

  it.each(["none", "drop_response", "error_after", "drop_request", "saved_error_before"] as const)(
    "gives everything back once (fault: %s)",
    async (kind) => {
      const { _id } = await captured();
      if (kind !== "none") till.double.faults.add({ kind, operation: "refunds.create", count: 2 });
      await untilDone(async () => till.settlement.refund(await till.payment(_id)));
      const again = await till.settlement.refund(await till.payment(_id));
      expect(again.status).toBe(PaymentStatus.REFUNDED);
      expect(till.refunds(_id)).toMatchObject([{ amount: 4_500, id: again.refundId }]);
    },
  );

  it("asked four times at once gives back once", async () => {
    const payment = await captured();
    const results = await Promise.allSettled(
      Array.from({ length: 4 }, () => till.settlement.refund(payment)),
    );
    expect(results.some(({ status }) => status === "fulfilled")).toBe(true);
    expect(till.refunds(payment._id)).toHaveLength(1);
  });

  it("gives nothing back when nothing was taken", async () => {
    expect(await reason(till.settlement.refund(await till.authorized()))).toBe("NOT_CAPTURED");
  });
});
