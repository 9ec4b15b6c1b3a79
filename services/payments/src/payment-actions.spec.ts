import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { errorInfoOf, reasonOf } from "@ticketing/runtime/process/domain-error";
import { openPaymentWorld, type PaymentWorld } from "../testing/payment-world.ts";
import { untilDone } from "../testing/until-done.ts";
import type { Payment } from "./payment.ts";
import { createPaymentActions } from "./payment-actions.ts";
import type { StripeGateway } from "./stripe-gateway.ts";

let world: PaymentWorld;
beforeAll(async () => {
  world = await openPaymentWorld();
}, 60_000);
afterAll(() => world?.close());
beforeEach(() => world.double.faults.clear());
/** Long enough for a call without an answer to be given up. */
const pass = () => world.wait(world.graceMs);

const reason = (call: Promise<unknown>) => call.then(() => "done", reasonOf);
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
    const { answer, tries } = await untilDone(async () => world.actions.capture(payment), pass);
    expect(tries).toBe(2);
    expect(answer).toMatchObject({ status: PaymentStatus.CAPTURED, attempts: { capture: 1 } });
  });

  it("takes another key after a 500 that Stripe keeps, after a grace of calls and one of looks", async () => {
    const payment = await world.authorized();
    world.double.faults.add({ kind: "saved_error_before", operation: "payment_intents.capture", count: 1 });
    const capture = async () => world.actions.capture(await world.payment(payment._id));
    for (let tries = 0; tries < 3; tries++) {
      expect(await reason(capture())).toBe("STRIPE_UNAVAILABLE");
      expect(await world.payment(payment._id)).toMatchObject({ attempts: { capture: 1 } });
      world.wait(world.graceMs / 4);
    }
    world.wait(world.graceMs);
    const asked = () => world.calls.filter((name) => name === "capture").length;
    const before = asked();
    expect(await reason(capture())).toBe("STRIPE_UNAVAILABLE");
    // The last call of the grace may be in flight for another one.
    expect(asked()).toBe(before);
    world.wait(world.graceMs);
    const { answer, tries } = await untilDone(capture, pass);
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
      const { answer } = await untilDone(() => world.actions.void(_id), pass);
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

  describe("racing a capture", () => {
    /** Actions whose call of this kind waits, before or after Stripe has done it, until it is let go. */
    function heldAt(action: "capture" | "cancel", when: "before" | "after") {
      const [reached, allowed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const hold = () => {
        reached.resolve();
        return allowed.promise;
      };
      const stripe: StripeGateway = {
        ...world.gateway,
        async [action](intentId: string, key: string) {
          if (when === "before") await hold();
          const answer = await world.gateway[action](intentId, key);
          if (when === "after") await hold();
          return answer;
        },
      };
      const actions = createPaymentActions({ ...world, stripe });
      return { actions, reached: reached.promise, letGo: allowed.resolve };
    }
    /** Gives the payment up as the workflow does, which repeats what may pass. */
    const voidInTheEnd = (id: string) => reason(untilDone(() => world.actions.void(id), pass));
    const endOf = async (id: string) => {
      const { status } = await world.payment(id);
      const refunds = world.refunds(id).map(({ amount }) => amount);
      return { status, intent: world.intents(id)[0]?.status, refunds };
    };
    const released = { status: PaymentStatus.VOIDED, intent: "canceled", refunds: [] };
    const givenBack = { status: PaymentStatus.REFUNDED, intent: "succeeded", refunds: [4_500] };
    const taken = { status: PaymentStatus.CAPTURED, intent: "succeeded", refunds: [] };

    it.each(["its message", "its repeat"])(
      "gives back what was captured after it was recorded, when %s comes first",
      async (first) => {
        world.double.faults.add({ kind: "webhook_hold", operation: "*" });
        const payment = await world.authorized();
        const cancel = heldAt("cancel", "before");
        const voiding = reason(cancel.actions.void(payment._id));
        await cancel.reached;
        expect(await reason(world.actions.capture(payment))).toBe("done");
        cancel.letGo();
        expect(await voiding).toBe("STRIPE_UNAVAILABLE");
        expect(await endOf(payment._id)).toEqual(taken);
        if (first === "its message") await world.actions.finishVoid(await world.payment(payment._id));
        expect(await voidInTheEnd(payment._id)).toBe("done");
        expect(await endOf(payment._id)).toEqual(givenBack);
      },
    );

    it("gives back what was captured, however late the answer of the capture is noted", async () => {
      world.double.faults.add({ kind: "webhook_hold", operation: "*" });
      const payment = await world.authorized();
      const capture = heldAt("capture", "after");
      const capturing = reason(capture.actions.capture(payment));
      await capture.reached;
      expect(await voidInTheEnd(payment._id)).toBe("done");
      capture.letGo();
      expect(await capturing).toBe("done");
      expect(await endOf(payment._id)).toEqual(givenBack);
    });

    it("captures nothing once the hold is released", async () => {
      const payment = await world.authorized();
      const capture = heldAt("capture", "before");
      const capturing = reason(capture.actions.capture(payment));
      await capture.reached;
      expect(await voidInTheEnd(payment._id)).toBe("done");
      capture.letGo();
      expect(await capturing).toBe("STRIPE_UNAVAILABLE");
      const again = world.payment(payment._id).then(world.actions.capture);
      expect(await reason(again)).toBe("PAYMENT_VOIDED");
      expect(await endOf(payment._id)).toEqual(released);
    });

    it("ends in one of the two, never in both", async () => {
      for (let round = 0; round < 10; round++) {
        const payment = await world.authorized();
        const [captured, voided] = await Promise.all([
          reason(world.actions.capture(payment)),
          voidInTheEnd(payment._id),
        ]);
        const end = await endOf(payment._id);
        if (voided === "ALREADY_CAPTURED") expect([captured, end]).toEqual(["done", taken]);
        else expect([voided, end]).toEqual(["done", end.intent === "canceled" ? released : givenBack]);
      }
    }, 60_000);
  });
});
