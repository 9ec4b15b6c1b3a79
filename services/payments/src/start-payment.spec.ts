import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { DomainError, errorInfoOf, reasonOf } from "@ticketing/runtime/process/domain-error";
import { inAMinute, openPaymentWorld, type PaymentWorld } from "../testing/payment-world.ts";
import { createIntentRecords } from "./intent-records.ts";
import { type Payment, startVoided } from "./payment.ts";
import { startPayment } from "./start-payment.ts";

let world: PaymentWorld;
beforeAll(async () => {
  world = await openPaymentWorld();
}, 60_000);
afterAll(() => world?.close());
beforeEach(() => world.double.faults.clear());

/** The payment once its webhook told of the decline. */
async function decliningEnds(id: string): Promise<Payment> {
  for (let waited = 0; waited < 8_000; waited += 20) {
    const payment = await world.payment(id);
    if (payment.lastDeclineCode) return payment;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("the decline was never told");
}

const answer = (call: Promise<string>) => call.catch((error: unknown) => String(reasonOf(error)));

describe("starting a payment", () => {
  it("gives the same client secret however often and at once it is asked", async () => {
    const order = world.order();
    const secrets = await Promise.all(Array.from({ length: 8 }, () => world.start(order)));
    expect(new Set([...secrets, await world.start(order)]).size).toBe(1);
    expect(world.intents(order.id)).toMatchObject([
      { amount: 4_500, currency: "usd", capture_method: "manual", status: "requires_payment_method" },
    ]);
  });

  it("keeps to one PaymentIntent when the answer that made it was lost", async () => {
    const order = world.order();
    world.double.faults.add({ kind: "drop_response", operation: "payment_intents.create", count: 1 });
    expect(await world.start(order)).toMatch(/_secret_/);
    expect(world.intents(order.id)).toHaveLength(1);
  });

  it("takes the PaymentIntent that a failed call has made", async () => {
    const order = world.order();
    world.double.faults.add({ kind: "error_after", operation: "payment_intents.create", count: 1 });
    const secret = await world.start(order);
    expect(secret.startsWith(`${(await world.payment(order.id)).intentId}_secret_`)).toBe(true);
    expect(world.intents(order.id)).toHaveLength(1);
  });

  it("goes on at once when Stripe answers again, however long it was away", async () => {
    const order = world.order();
    const away = world.double.faults.add({ kind: "error_before", operation: "payment_intents.create" });
    expect(await answer(world.start(order))).toBe("STRIPE_UNAVAILABLE");
    world.wait(world.graceMs);
    world.double.faults.remove(away.id);
    expect(await answer(world.start(order))).toMatch(/_secret_/);
    expect(world.intents(order.id)).toHaveLength(1);
  });

  it("takes another key after a 500 that Stripe keeps, after two graces", async () => {
    const order = world.order();
    world.double.faults.add({ kind: "saved_error_before", operation: "payment_intents.create", count: 1 });
    for (let tries = 0; tries < 3; tries++)
      expect(await answer(world.start(order))).toBe("STRIPE_UNAVAILABLE");
    for (let grace = 0; grace < 2; grace++) {
      world.wait(world.graceMs);
      expect(await answer(world.start(order))).toBe("STRIPE_UNAVAILABLE");
    }
    expect(await answer(world.start(order))).toMatch(/_secret_/);
    expect((await world.payment(order.id)).attempts.create).toBe(2);
    expect(world.intents(order.id)).toHaveLength(1);
  });

  it("of an amount that Stripe does not take is refused for good, and the payment with it", async () => {
    const order = { ...world.order(), price: { minorUnits: 10, currency: "USD" } };
    for (let time = 0; time < 2; time++) {
      expect(await world.start(order).catch(errorInfoOf)).toMatchObject({
        ...{ reason: "PAYMENT_REFUSED", metadata: { stripeCode: "amount_too_small" } },
      });
    }
    const payment = await world.payment(order.id);
    expect(payment).toMatchObject({
      status: PaymentStatus.FAILED,
      refusal: { action: "create", code: "amount_too_small" },
    });
    expect(payment.history.at(-1)?.type).toBe("payment_failed");
    expect((await world.actions.void(order.id)).status).toBe(PaymentStatus.VOIDED);
    expect(world.intents(order.id)).toEqual([]);
  });

  it("is not refused for good while our key is wrong or Stripe has too much to do", async () => {
    const order = world.order();
    for (const [status, refusal] of [
      [401, "STRIPE_KEY_REFUSED"],
      [429, "STRIPE_UNAVAILABLE"],
    ] as const) {
      world.double.faults.add({ kind: "reject", operation: "payment_intents.create", count: 1, status });
      expect(await answer(world.start(order))).toBe(refusal);
    }
    // The order is not held against its buyer, should it end before the payment can be opened.
    expect(await world.payment(order.id)).toMatchObject({ startFailedTime: expect.any(Date) });
    expect(await answer(world.start(order))).toMatch(/_secret_/);
    expect((await world.payment(order.id)).attempts.create).toBe(1);
  });

  it("whose client secret never left is not held against its buyer, though the PaymentIntent is there", async () => {
    const order = world.order();
    world.double.faults.add({ kind: "error_after", operation: "payment_intents.create", count: 1 });
    const away = world.double.faults.add({ kind: "error_before", operation: "payment_intents.retrieve" });
    for (let time = 0; time < 2; time++) expect(await answer(world.start(order))).toBe("STRIPE_UNAVAILABLE");
    const unopened = await world.payment(order.id);
    expect(unopened).toMatchObject({ intentId: expect.any(String), startFailedTime: expect.any(Date) });
    expect(unopened.clientSecretTime).toBeUndefined();
    world.double.faults.remove(away.id);
    expect(await answer(world.start(order))).toMatch(/_secret_/);
    expect((await world.payment(order.id)).clientSecretTime).toEqual(expect.any(Date));
  });

  it("whose client secret has left is opened, and no later failure is noted", async () => {
    const order = world.order();
    await world.start(order);
    const opened = await world.payment(order.id);
    expect(opened.clientSecretTime).toEqual(expect.any(Date));
    // Longer than the secret is remembered.
    world.wait(300_000);
    world.double.faults.add({ kind: "error_before", operation: "payment_intents.retrieve", count: 2 });
    expect(await answer(world.start(order))).toBe("STRIPE_UNAVAILABLE");
    expect(await world.payment(order.id)).toEqual(opened);
  });

  it("costs Stripe nothing for who asks again, until the answer is old", async () => {
    const order = world.order();
    const secret = await world.start(order);
    world.calls.length = 0;
    for (let n = 0; n < 100; n++) expect(await world.start(order)).toBe(secret);
    expect(world.calls).not.toContain("fetchClientSecret");
    world.wait(300_000);
    expect(await world.start(order)).toBe(secret);
    expect(world.calls.filter((name) => name === "fetchClientSecret")).toHaveLength(1);
    // What is remembered leaves only for a payment that is open.
    await world.actions.void(order.id);
    expect(await answer(world.start(order))).toBe("PAYMENT_VOIDED");
  });

  it("asks Stripe ten times a minute for one order at most, and who is refused so has not failed to open it", async () => {
    const flood = world.double.faults.add({
      kind: "reject",
      operation: "payment_intents.create",
      status: 429,
    });
    const order = world.order();
    world.calls.length = 0;
    for (let n = 0; n < 10; n++) expect(await answer(world.start(order))).toBe("STRIPE_UNAVAILABLE");
    const refused: unknown = await world.start(order).catch((error: unknown) => error);
    expect(refused).toMatchObject({ reason: "TOO_MANY_STARTS", retryMs: expect.any(Number) });
    expect(world.calls.filter((name) => name === "create")).toHaveLength(10);
    world.double.faults.remove(flood.id);
    expect(await answer(world.start(world.order(order.buyerId)))).toMatch(/_secret_/);
    world.wait(refused instanceof DomainError ? (refused.retryMs ?? 0) : 0);
    expect(await answer(world.start(order))).toMatch(/_secret_/);
  });

  it("beside another that is under way has not failed: a buyer who cancels amid both is let off nothing", async () => {
    const order = world.order();
    const slow = { kind: "delay", operation: "payment_intents.create", milliseconds: 3_000 } as const;
    world.double.faults.add({ ...slow, count: 1 });
    const both = [world.start(order), world.start(order)].map(answer);
    expect(await Promise.race(both)).toBe("STRIPE_UNAVAILABLE");
    const amid = await world.payment(order.id);
    expect((await Promise.all(both)).toSorted()).toEqual(["STRIPE_UNAVAILABLE", expect.any(String)]);
    expect([amid.startFailedTime, amid.clientSecretTime]).toEqual([undefined, undefined]);
    expect((await world.payment(order.id)).clientSecretTime).toEqual(expect.any(Date));
  });

  /** A start whose first writes are refused as the store refuses them. */
  const startRefused = (order: Parameters<PaymentWorld["start"]>[0], refusal: unknown, refused = 1) => {
    let left = refused;
    const payments: PaymentWorld["payments"] = {
      ...world.payments,
      // As if another call had stored it meanwhile.
      insert: async (payment) => (await world.payments.insert(payment)) && "exists",
      update: (...change) => (left-- > 0 ? Promise.reject(refusal) : world.payments.update(...change)),
    };
    return answer(startPayment({ ...world, payments }, order, inAMinute()));
  };

  it.each([
    new DomainError("CONTENTION", "too many changes at once; try again"),
    new DomainError("DATABASE_UNAVAILABLE", "try again"),
    new Error("the connection broke"),
  ])("that could not be saved for now cancels nothing at Stripe: %s", async (refusal) => {
    for (const created of ["at once", "found"]) {
      const order = world.order();
      const fault = { kind: "error_after", operation: "payment_intents.create", count: 1 } as const;
      if (created === "found") world.double.faults.add(fault);
      expect(await startRefused(order, refusal)).toBe(String(reasonOf(refusal)));
      expect(world.intents(order.id)).toMatchObject([{ status: "requires_payment_method" }]);
      const secret = await world.start(order);
      expect((await world.confirm(secret)).ok).toBe(true);
      expect(world.intents(order.id)).toHaveLength(1);
    }
  });

  it.each(["PAYMENT_VOIDED", "PAYMENT_REFUSED", "INTENT_EXISTS"] as const)(
    "that %s has made useless cancels what it made",
    async (ended) => {
      const order = world.order();
      const refusal = new DomainError(ended, "ended");
      expect(await startRefused(order, refusal)).toBe(ended);
      expect(world.intents(order.id)).toMatchObject([{ status: "canceled" }]);
    },
  );

  it("is refused to a buyer who tries card after card, over all orders, and to nobody else", async () => {
    const decline = async (card: string) => {
      const order = world.order("tester");
      const secret = await world.start(order);
      await world.confirm(secret, card);
      return (await decliningEnds(order.id)).declineTimes?.length;
    };
    for (let n = 0; n < 10; n++) {
      // What the bank or Stripe could not answer is nobody's fault.
      if (n % 3 === 0) expect(await decline("pm_card_chargeDeclinedProcessingError")).toBeUndefined();
      expect(await decline("pm_card_chargeDeclined")).toBe(1);
    }
    const refused: unknown = await world.start(world.order("tester")).catch((error: unknown) => error);
    expect(refused).toMatchObject({ reason: "TOO_MANY_DECLINES", retryMs: expect.any(Number) });
    const unopened = world.order("tester");
    await world.start(unopened).catch(errorInfoOf);
    expect(await world.payments.find(unopened.id)).toBeNull();
    expect(await answer(world.start(world.order("another")))).toMatch(/_secret_/);
    world.wait(refused instanceof DomainError ? (refused.retryMs ?? 0) : 0);
    expect(await answer(world.start(world.order("tester")))).toMatch(/_secret_/);
  }, 60_000);

  it("that died before it stored anything is begun again with what it made, or given up and paid by nobody", async () => {
    const died = async () => {
      const order = world.order();
      const { id: meshId } = await world.mesh.read();
      await world.stripe.create({ id: order.id, amount: order.price, meshId }, `${order.id}:create:1`);
      return order;
    };
    const again = await died();
    expect((await world.confirm(await world.start(again))).ok).toBe(true);
    expect(world.intents(again.id)).toMatchObject([{ status: "requires_capture" }]);

    const givenUp = await died();
    await world.payments.insert(startVoided(givenUp, world.clock()));
    expect(await answer(world.start(givenUp))).toBe("PAYMENT_VOIDED");
    // Nobody has its client secret; reconciliation finds it.
    const [left] = world.intents(givenUp.id);
    await createIntentRecords(world).release(left?.id ?? "");
    expect(world.intents(givenUp.id)).toMatchObject([{ status: "canceled" }]);
  });

  it("is refused once the payment is given up", async () => {
    const order = world.order();
    await world.start(order);
    await world.actions.void(order.id);
    expect(await answer(world.start(order))).toBe("PAYMENT_VOIDED");
  });

  it("racing the void, whoever gets a client secret cannot be charged with it", async () => {
    const outcomes = new Set<string>();
    const LAST = 11;
    for (let round = 0; round <= LAST; round++) {
      const order = world.order();
      const voidIt = async () => {
        await world.payments.insert(startVoided(order, world.clock()));
        await world.actions.void(order.id);
      };
      // The void is first in the first round and second in the last; between them each round has another moment:
      // before the insert, during the call to Stripe, after the save.
      if (round === 0) await voidIt();
      const started = answer(world.start(order));
      if (round === LAST) await started;
      else await new Promise((resolve) => setTimeout(resolve, round));
      if (round > 0) await voidIt();
      const secret = await started;
      outcomes.add(secret.includes("_secret_") ? "secret" : secret);
      if (secret.includes("_secret_")) expect((await world.confirm(secret)).ok).toBe(false);
      for (const intent of world.intents(order.id)) expect(intent.status).toBe("canceled");
      expect((await world.payment(order.id)).status).toBe(PaymentStatus.VOIDED);
    }
    // The race was one: both ends of it were seen.
    expect([...outcomes].sort()).toEqual(["PAYMENT_VOIDED", "secret"]);
  });
});
