import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { errorInfoOf, reasonOf } from "@ticketing/runtime/process/domain-error";
import Stripe from "stripe";
import { openPaymentWorld, type PaymentWorld } from "../testing/payment-world.ts";
import type { Payment } from "./payment.ts";
import { paymentMessage } from "./payment-message.ts";

let world: PaymentWorld;
beforeAll(async () => {
  world = await openPaymentWorld();
}, 60_000);
afterAll(() => world?.close());
beforeEach(() => world.double.faults.clear());
/** Long enough for a call without an answer to be given up. */
const pass = () => world.wait(world.graceMs);

const reason = (call: Promise<unknown>) => call.then(() => "done", reasonOf);
/** Repeats as the workflow does: whatever is refused as passing is tried again. */
async function untilDone<T>(call: () => Promise<T>): Promise<{ answer: T; tries: number }> {
  for (let tries = 1; tries <= 5; tries++) {
    try {
      return { answer: await call(), tries };
    } catch (error) {
      if (reasonOf(error) !== "STRIPE_UNAVAILABLE") throw error;
      pass();
    }
  }
  throw new Error("still unavailable after five tries");
}

describe("capture", () => {
  it("takes the money once, however often it is asked", async () => {
    const { _id } = await world.authorized();
    const capture = async () => world.actions.capture(await world.payment(_id));
    await Promise.all([capture(), capture(), capture()]);
    expect((await capture()).status).toBe(PaymentStatus.CAPTURED);
    expect(world.intents(_id)).toMatchObject([{ status: "succeeded", amount_received: 4_500 }]);
  });

  it.each(["drop_response", "error_after"] as const)("finds out that it happened after %s", async (kind) => {
    const payment = await world.authorized();
    world.double.faults.add({ kind, operation: "payment_intents.capture", count: 2 });
    expect((await world.actions.capture(payment)).status).toBe(PaymentStatus.CAPTURED);
    expect((await world.payment(payment._id)).attempts.capture).toBe(1);
  });

  it("tries again with the same key when nobody knows whether it was asked", async () => {
    const payment = await world.authorized();
    world.double.faults.add({ kind: "drop_request", operation: "payment_intents.capture", count: 2 });
    const { answer, tries } = await untilDone(async () => world.actions.capture(payment));
    expect(tries).toBe(2);
    expect(answer).toMatchObject({ status: PaymentStatus.CAPTURED, attempts: { capture: 1 } });
  });

  it("takes another key after a 500 that Stripe keeps, once looks have shown nothing for the grace", async () => {
    const payment = await world.authorized();
    world.double.faults.add({ kind: "saved_error_before", operation: "payment_intents.capture", count: 1 });
    const capture = async () => world.actions.capture(await world.payment(payment._id));
    for (let tries = 0; tries < 3; tries++) {
      expect(await reason(capture())).toBe("STRIPE_UNAVAILABLE");
      expect(await world.payment(payment._id)).toMatchObject({ attempts: { capture: 1 } });
      world.wait(world.graceMs / 4);
    }
    world.wait(world.graceMs);
    const { answer, tries } = await untilDone(capture);
    expect(tries).toBe(2);
    expect(answer).toMatchObject({ status: PaymentStatus.CAPTURED, attempts: { capture: 2 } });
    expect(world.intents(payment._id)).toMatchObject([{ amount_received: 4_500 }]);
  });

  it.each([
    [409, "idempotency_error", "idempotency_key_in_use"],
    [429, "rate_limit_error", "rate_limit"],
    [429, "invalid_request_error", "lock_timeout"],
  ] as const)("keeps its key after %d %s %s, however long", async (status, type, code) => {
    const payment = await world.authorized();
    world.double.faults.add({
      ...{ kind: "reject", operation: "payment_intents.capture", count: 2, status, type, code },
    });
    const begun = Date.now();
    expect(await reason(world.actions.capture(payment))).toBe("STRIPE_UNAVAILABLE");
    expect(Date.now() - begun).toBeLessThan(5_000);
    expect((await world.payment(payment._id)).status).toBe(PaymentStatus.AUTHORIZED);
    world.double.faults.clear();
    expect((await world.actions.capture(await world.payment(payment._id))).attempts.capture).toBe(1);
  });

  it.each([401, 403])("is not refused by %d: our key is wrong, and the sale stands", async (status) => {
    const payment = await world.authorized();
    await world.keyWatch.ping();
    const fault = world.double.faults.add({ kind: "reject", operation: "payment_intents.capture", status });
    for (let time = 0; time < 3; time++) {
      expect(await reason(world.actions.capture(payment))).toBe("STRIPE_KEY_REFUSED");
    }
    await expect(world.keyWatch.ping()).rejects.toThrow("payment_intents.capture");
    expect(await world.payment(payment._id)).toEqual(payment);
    world.double.faults.remove(fault.id);
    expect((await world.actions.capture(payment)).status).toBe(PaymentStatus.CAPTURED);
    await world.keyWatch.ping();
  });

  it("is not refused by a key of another account, which knows nothing of ours", async () => {
    const payment = await world.authorized();
    const stranger: Payment = { ...payment, _id: "of-another", intentId: "pi_of_another_account" };
    expect(await reason(world.actions.capture(stranger))).toBe("STRIPE_KEY_REFUSED");
    await expect(world.keyWatch.ping()).rejects.toThrow("payment_intents.retrieve");
    expect((await world.actions.capture(payment)).status).toBe(PaymentStatus.CAPTURED);
  });

  it.each([
    [402, "card_error", "card_declined"],
    [400, "invalid_request_error", "charge_expired_for_capture"],
  ] as const)("tells Stripe's code of a refusal: %d %s %s", async (status, type, code) => {
    const payment = await world.authorized();
    world.double.faults.add({
      ...{ kind: "refuse", operation: "payment_intents.capture", count: 1, status, type, code },
    });
    const info = await world.actions.capture(payment).catch(errorInfoOf);
    expect(info).toMatchObject({ reason: "CAPTURE_REFUSED", metadata: { stripeCode: code } });
    expect(await world.payment(payment._id)).toMatchObject({
      ...{ status: PaymentStatus.FAILED, refusal: { action: "capture", code } },
    });
  });

  it("is refused for good when the bank says no, and stays refused", async () => {
    const payment = await world.authorized();
    world.double.faults.add({ kind: "refuse", operation: "payment_intents.capture", count: 1 });
    expect(await reason(world.actions.capture(payment))).toBe("CAPTURE_REFUSED");
    expect(await reason(world.actions.capture(await world.payment(payment._id)))).toBe("CAPTURE_REFUSED");
    expect((await world.actions.void(payment._id)).status).toBe(PaymentStatus.VOIDED);
    expect(world.intents(payment._id)).toMatchObject([{ status: "canceled", amount_received: 0 }]);
  });

  it("does not take what is not held, and not what is given up", async () => {
    const order = world.order();
    await world.start(order);
    expect(await reason(world.actions.capture(await world.payment(order.id)))).toBe("NOT_AUTHORIZED");
    const held = await world.authorized();
    await world.actions.void(held._id);
    expect(await reason(world.actions.capture(await world.payment(held._id)))).toBe("PAYMENT_VOIDED");
  });

  it("waits while Stripe is away", async () => {
    const payment = await world.authorized();
    world.double.faults.add({ kind: "error_before", operation: "*" });
    expect(await reason(world.actions.capture(payment))).toBe("STRIPE_UNAVAILABLE");
    expect((await world.payment(payment._id)).status).toBe(PaymentStatus.AUTHORIZED);
  });
});

describe("void", () => {
  it.each(["drop_response", "error_after", "drop_request", "saved_error_before"] as const)(
    "ends with the hold released after %s",
    async (kind) => {
      const { _id } = await world.authorized();
      world.double.faults.add({ kind, operation: "payment_intents.cancel", count: 2 });
      const { answer } = await untilDone(() => world.actions.void(_id));
      expect(answer.status).toBe(PaymentStatus.VOIDED);
      expect(world.intents(_id)).toMatchObject([{ status: "canceled" }]);
    },
  );

  it("is not said to be done before Stripe says so", async () => {
    const { _id } = await world.authorized();
    world.double.faults.add({ kind: "drop_request", operation: "payment_intents.cancel" });
    expect(await reason(world.actions.void(_id))).toBe("STRIPE_UNAVAILABLE");
    expect(await world.payment(_id)).toMatchObject({ status: PaymentStatus.AUTHORIZED });
    expect((await world.payment(_id)).voidRequestedTime).toBeInstanceOf(Date);
  });

  it("does not undo a capture", async () => {
    const payment = await world.authorized();
    await world.actions.capture(payment);
    expect(await reason(world.actions.void(payment._id))).toBe("ALREADY_CAPTURED");
  });

  it("racing a capture ends in one of the two, never in both", async () => {
    for (let round = 0; round < 10; round++) {
      const payment = await world.authorized();
      const [captured, voided] = await Promise.all([
        reason(world.actions.capture(payment)),
        reason(world.actions.void(payment._id)),
      ]);
      const [intent] = world.intents(payment._id);
      const status = (await untilDone(async () => world.actions.refresh(await world.payment(payment._id))))
        .answer.status;
      if (intent?.status === "succeeded" && world.refunds(payment._id).length === 0) {
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
  const captured = async () => world.actions.capture(await world.authorized());

  it.each(["none", "drop_response", "error_after", "drop_request", "saved_error_before"] as const)(
    "gives everything back once (fault: %s)",
    async (kind) => {
      const { _id } = await captured();
      if (kind !== "none") world.double.faults.add({ kind, operation: "refunds.create", count: 2 });
      await untilDone(async () => world.actions.refund(await world.payment(_id)));
      const again = await world.actions.refund(await world.payment(_id));
      expect(again.status).toBe(PaymentStatus.REFUNDED);
      expect(world.refunds(_id)).toMatchObject([{ amount: 4_500, id: again.refundId }]);
    },
  );

  it("asked four times at once gives back once", async () => {
    const payment = await captured();
    const results = await Promise.allSettled(Array.from({ length: 4 }, () => world.actions.refund(payment)));
    expect(results.some(({ status }) => status === "fulfilled")).toBe(true);
    expect(world.refunds(payment._id)).toHaveLength(1);
  });

  it("gives nothing back when nothing was taken", async () => {
    expect(await reason(world.actions.refund(await world.authorized()))).toBe("NOT_CAPTURED");
  });

  const refund = async (id: string) => world.actions.refund(await world.payment(id));
  const info = async (id: string) => refund(id).catch(errorInfoOf);
  const { REFUNDED, REFUND_FAILED, REFUND_PENDING } = PaymentStatus;

  it("refused once is told, and succeeds with another key as soon as Stripe agrees", async () => {
    const { _id } = await captured();
    const code = "balance_insufficient";
    world.double.faults.add({ kind: "refuse", operation: "refunds.create", count: 1, code });
    expect(await info(_id)).toMatchObject({ reason: "REFUND_REFUSED", metadata: { stripeCode: code } });
    const refused = await world.payment(_id);
    expect(refused).toMatchObject({ attempts: { refund: 2 }, refusal: { action: "refund", code } });
    expect(refused.history.at(-1)).toMatchObject({
      type: "payment_action_refused",
      data: { stripeCode: code },
    });
    expect((await refund(_id)).status).toBe(REFUNDED);
    expect((await world.payment(_id)).refusal).toBeUndefined();
    expect(world.refunds(_id)).toHaveLength(1);
  });

  it("refused four times at once costs one key", async () => {
    const payment = await captured();
    world.double.faults.add({ kind: "refuse", operation: "refunds.create", code: "balance_insufficient" });
    await Promise.allSettled(Array.from({ length: 4 }, () => world.actions.refund(payment)));
    expect((await world.payment(payment._id)).attempts.refund).toBe(2);
  });

  it("refused for a dispute that nobody told of says so, although one before it was won", async () => {
    const { _id, intentId } = await captured();
    const control = (path: string, body = {}) => {
      const about = JSON.stringify({ payment_intent: intentId, ...body });
      return fetch(`${world.double.url}/control/${path}`, { method: "POST", body: about });
    };
    await control("disputes");
    await control("disputes/close", { status: "won" });
    const told = async () => (await world.payment(_id)).disputeClosed;
    while (!(await told())) await new Promise((resolve) => setTimeout(resolve, 20));
    world.double.faults.add({ kind: "webhook_hold", operation: "*" });
    await control("disputes");
    expect(await info(_id)).toMatchObject({ reason: "CHARGE_DISPUTED" });
    expect(await told()).toBeUndefined();
  });

  it("of a disputed charge ends with that reason, whether or not the dispute was told", async () => {
    const { _id, intentId } = await captured();
    world.double.faults.add({ kind: "webhook_hold", operation: "*" });
    await fetch(`${world.double.url}/control/disputes`, {
      method: "POST",
      body: JSON.stringify({ payment_intent: intentId }),
    });
    expect(await info(_id)).toMatchObject({
      ...{ reason: "CHARGE_DISPUTED", metadata: { stripeCode: "charge_disputed" } },
    });
    expect((await world.payment(_id)).disputedTime).toBeInstanceOf(Date);
    expect(world.refunds(_id)).toEqual([]);
  });

  it("takes no other key for one whose answer is lost, nor for one that was made with it", async () => {
    const { _id } = await captured();
    world.double.faults.add({ kind: "error_after", operation: "refunds.create", count: 1 });
    expect(await refund(_id)).toMatchObject({ status: REFUNDED, attempts: { refund: 1 } });
    expect((await world.payment(_id)).unknownSince?.refund).toBeFalsy();
  });

  it("that waits is accepted and not asked again; it is given back when Stripe says so", async () => {
    const payment = await world.actions.capture(await world.authorized("pm_card_pendingRefund"));
    expect((await refund(payment._id)).status).toBe(REFUND_PENDING);
    expect((await refund(payment._id)).status).toBe(REFUND_PENDING);
    expect((await world.actions.refresh(await world.payment(payment._id))).status).toBe(REFUND_PENDING);
    expect(world.refunds(payment._id)).toHaveLength(1);
    await world.settleRefund(payment._id, { status: "requires_action" });
    expect((await refund(payment._id)).status).toBe(REFUND_PENDING);
    await world.settleRefund(payment._id, { status: "succeeded" });
    expect((await refund(payment._id)).status).toBe(REFUNDED);
  });

  it.each([
    ["succeeded", "pm_card_visa", "failed"],
    ["waited", "pm_card_pendingRefund", "failed"],
    ["waited", "pm_card_pendingRefund", "canceled"],
  ])(
    "that had %s (%s) and then is %s is money not given back, and can be given again",
    async (_was, card, status) => {
      const { _id } = await world.actions.capture(await world.authorized(card));
      await refund(_id);
      await world.settleRefund(_id, { status, failure_reason: "expired_or_canceled_card" });
      const payment = await world.actions.refresh(await world.payment(_id));
      expect(payment.status).toBe(REFUND_FAILED);
      const shown = paymentMessage(payment);
      expect(shown.refundFailureReason).toBe(status === "failed" ? "expired_or_canceled_card" : "canceled");
      const again = await refund(_id);
      expect(again.status).toBe(card === "pm_card_visa" ? REFUNDED : REFUND_PENDING);
      expect(world.refunds(_id)).toHaveLength(2);
      expect(paymentMessage(again)).toMatchObject({ providerRefundId: world.refunds(_id)[1]?.id });
    },
  );

  /** Gives a part of it back as a person does, on Stripe's own pages. */
  const refundByHand = ({ intentId }: Pick<Payment, "intentId">, amount: number) =>
    new Stripe(world.double.secretKey, {
      ...{ host: "127.0.0.1", port: world.double.port, protocol: "http" },
    }).refunds.create({ payment_intent: intentId, amount });

  it.each([
    ["failed", "failed"],
    ["canceled", "failed"],
    ["failed", "canceled"],
  ])(
    "a part by hand that %s and the rest that %s between two looks are money not given back",
    async (...ends) => {
      const payment = await world.actions.capture(await world.authorized("pm_card_pendingRefund"));
      const hold = world.double.faults.add({ kind: "webhook_hold", operation: "*" });
      await refundByHand(payment, 2_000);
      expect((await refund(payment._id)).status).toBe(REFUND_PENDING);
      for (const [part, status] of ends.entries()) {
        await world.settleRefund(payment._id, { status, failure_reason: "lost_or_stolen_card" }, part);
      }
      const seen = await world.actions.refresh(await world.payment(payment._id));
      expect(seen.status).toBe(REFUND_FAILED);
      expect(world.refunds(payment._id).map(({ id }) => id)).toContain(seen.refundId);
      expect(await refund(payment._id)).toMatchObject({ status: REFUND_PENDING });
      expect(world.refunds(payment._id).map(({ amount }) => amount)).toEqual([2_000, 2_500, 4_500]);
      world.double.faults.remove(hold.id);
    },
  );

  it("by hand and in part, then the rest by us, is all of it", async () => {
    const { _id, intentId } = await captured();
    for (let part = 0; part < 12; part++) await refundByHand({ intentId }, 100);
    const payment = await world.actions.refresh(await world.payment(_id));
    expect(payment.status).toBe(PaymentStatus.CAPTURED);
    expect((await refund(_id)).status).toBe(REFUNDED);
    expect(world.refunds(_id).reduce((sum, { amount }) => sum + amount, 0)).toBe(4_500);
  });
});
