import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { DomainError, errorInfoOf, reasonOf } from "@ticketing/runtime/process/domain-error";
import { inAMinute, openTill, type Till } from "../testing/till.ts";
import { createIntentRecords } from "./intent-records.ts";
import { type Payment, startVoided } from "./payment.ts";
import { startPayment } from "./start-payment.ts";

let till: Till;
beforeAll(async () => {
  till = await openTill();
}, 60_000);
afterAll(() => till?.close());
beforeEach(() => till.double.faults.clear());

/** The payment once its webhook told of the decline. */
async function decliningEnds(id: string): Promise<Payment> {
  for (let waited = 0; waited < 8_000; waited += 20) {
    const payment = await till.payment(id);
    if (payment.lastDeclineCode) return payment;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("the decline was never told");
}

const answer = (call: Promise<string>) => call.catch((error: unknown) => String(reasonOf(error)));

describe("starting a payment", () => {
  it("gives the same client secret however often and at once it is asked", async () => {
    const order = till.order();
    const secrets = await Promise.all(Array.from({ length: 8 }, () => till.start(order)));
    expect(new Set([...secrets, await till.start(order)]).size).toBe(1);
    expect(till.intents(order.id)).toMatchObject([
      { amount: 4_500, currency: "usd", capture_method: "manual", status: "requires_payment_method" },
    ]);
  });

  it("keeps to one PaymentIntent when the answer that made it was lost", async () => {
    const order = till.order();
    till.double.faults.add({ kind: "drop_response", operation: "payment_intents.create", count: 1 });
    expect(await till.start(order)).toMatch(/_secret_/);
    expect(till.intents(order.id)).toHaveLength(1);
  });

  it("takes the PaymentIntent that a failed call has made", async () => {
    const order = till.order();
    till.double.faults.add({ kind: "error_after", operation: "payment_intents.create", count: 1 });
    const secret = await till.start(order);
    expect(secret.startsWith(`${(await till.payment(order.id)).intentId}_secret_`)).toBe(true);
    expect(till.intents(order.id)).toHaveLength(1);
  });

  it("takes another key after a 500 that Stripe keeps, once a search has shown nothing for the grace", async () => {
    const order = till.order();
    till.double.faults.add({ kind: "saved_error_before", operation: "payment_intents.create", count: 1 });
    for (let tries = 0; tries < 3; tries++)
      expect(await answer(till.start(order))).toBe("STRIPE_UNAVAILABLE");
    till.wait(till.graceMs);
    expect(await answer(till.start(order))).toBe("STRIPE_UNAVAILABLE");
    expect(await answer(till.start(order))).toMatch(/_secret_/);
    expect((await till.payment(order.id)).attempts.create).toBe(2);
    expect(till.intents(order.id)).toHaveLength(1);
  });

  it("of an amount that Stripe does not take is refused for good, and the payment with it", async () => {
    const order = { ...till.order(), price: { minorUnits: 10, currency: "USD" } };
    for (let time = 0; time < 2; time++) {
      expect(await till.start(order).catch(errorInfoOf)).toMatchObject({
        ...{ reason: "PAYMENT_REFUSED", metadata: { stripeCode: "amount_too_small" } },
      });
    }
    const payment = await till.payment(order.id);
    expect(payment).toMatchObject({
      status: PaymentStatus.FAILED,
      refusal: { action: "create", code: "amount_too_small" },
    });
    expect(payment.history.at(-1)?.type).toBe("payment_failed");
    expect((await till.settlement.void(order.id)).status).toBe(PaymentStatus.VOIDED);
    expect(till.intents(order.id)).toEqual([]);
  });

  it("is not refused for good while our key is wrong or Stripe has too much to do", async () => {
    const order = till.order();
    for (const [status, refusal] of [
      [401, "STRIPE_KEY_REFUSED"],
      [429, "STRIPE_UNAVAILABLE"],
    ] as const) {
      till.double.faults.add({ kind: "reject", operation: "payment_intents.create", count: 1, status });
      expect(await answer(till.start(order))).toBe(refusal);
    }
    // The order is not held against its buyer, should it end before the payment can be opened.
    expect(await till.payment(order.id)).toMatchObject({ startFailedTime: expect.any(Date) });
    expect(await answer(till.start(order))).toMatch(/_secret_/);
    expect((await till.payment(order.id)).attempts.create).toBe(1);
  });

  it("whose client secret never left is not held against its buyer, though the PaymentIntent is there", async () => {
    const order = till.order();
    till.double.faults.add({ kind: "error_after", operation: "payment_intents.create", count: 1 });
    const away = till.double.faults.add({ kind: "error_before", operation: "payment_intents.retrieve" });
    for (let time = 0; time < 2; time++) expect(await answer(till.start(order))).toBe("STRIPE_UNAVAILABLE");
    const unopened = await till.payment(order.id);
    expect(unopened).toMatchObject({ intentId: expect.any(String), startFailedTime: expect.any(Date) });
    expect(unopened.clientSecretTime).toBeUndefined();
    till.double.faults.remove(away.id);
    expect(await answer(till.start(order))).toMatch(/_secret_/);
    expect((await till.payment(order.id)).clientSecretTime).toEqual(expect.any(Date));
  });

  it("whose client secret has left is opened, and no later failure is noted", async () => {
    const order = till.order();
    await till.start(order);
    const opened = await till.payment(order.id);
    expect(opened.clientSecretTime).toEqual(expect.any(Date));
    till.double.faults.add({ kind: "error_before", operation: "payment_intents.retrieve", count: 2 });
    expect(await answer(till.start(order))).toBe("STRIPE_UNAVAILABLE");
    expect(await till.payment(order.id)).toEqual(opened);
  });

  it("beside another that is under way has not failed: a buyer who cancels amid both is let off nothing", async () => {
    const order = till.order();
    const slow = { kind: "delay", operation: "payment_intents.create", milliseconds: 3_000 } as const;
    till.double.faults.add({ ...slow, count: 1 });
    const both = [till.start(order), till.start(order)].map(answer);
    expect(await Promise.race(both)).toBe("STRIPE_UNAVAILABLE");
    const amid = await till.payment(order.id);
    expect((await Promise.all(both)).toSorted()).toEqual(["STRIPE_UNAVAILABLE", expect.any(String)]);
    expect([amid.startFailedTime, amid.clientSecretTime]).toEqual([undefined, undefined]);
    expect((await till.payment(order.id)).clientSecretTime).toEqual(expect.any(Date));
  });

  /** A start whose first writes are refused as the store refuses them. */
  const startRefused = (order: Parameters<Till["start"]>[0], refusal: unknown, refused = 1) => {
    let left = refused;
    const payments: Till["payments"] = {
      ...till.payments,
      // As if another call had stored it meanwhile.
      insert: async (payment) => (await till.payments.insert(payment)) && "exists",
      update: (...change) => (left-- > 0 ? Promise.reject(refusal) : till.payments.update(...change)),
    };
    return answer(startPayment({ ...till, payments }, order, inAMinute()));
  };

  it.each([
    new DomainError("CONTENTION", "too many changes at once; try again"),
    new DomainError("DATABASE_UNAVAILABLE", "try again"),
    new Error("the connection broke"),
  ])("that could not be saved for now cancels nothing at Stripe: %s", async (refusal) => {
    for (const created of ["at once", "found"]) {
      const order = till.order();
      const fault = { kind: "error_after", operation: "payment_intents.create", count: 1 } as const;
      if (created === "found") till.double.faults.add(fault);
      expect(await startRefused(order, refusal)).toBe(String(reasonOf(refusal)));
      expect(till.intents(order.id)).toMatchObject([{ status: "requires_payment_method" }]);
      const secret = await till.start(order);
      expect((await till.confirm(secret)).ok).toBe(true);
      expect(till.intents(order.id)).toHaveLength(1);
    }
  });

  it.each(["PAYMENT_VOIDED", "PAYMENT_REFUSED", "INTENT_EXISTS"] as const)(
    "that %s has made useless cancels what it made",
    async (ended) => {
      const order = till.order();
      const refusal = new DomainError(ended, "ended");
      expect(await startRefused(order, refusal)).toBe(ended);
      expect(till.intents(order.id)).toMatchObject([{ status: "canceled" }]);
    },
  );

  it("is refused to who tries card after card, over all orders, and to nobody else", async () => {
    const decline = async (card: string) => {
      const order = till.order("tester");
      const secret = await till.start(order);
      await till.confirm(secret, card);
      return (await decliningEnds(order.id)).declineTimes?.length;
    };
    for (let n = 0; n < 10; n++) {
      // What the bank or Stripe could not answer is nobody's fault.
      if (n % 3 === 0) expect(await decline("pm_card_chargeDeclinedProcessingError")).toBeUndefined();
      expect(await decline("pm_card_chargeDeclined")).toBe(1);
    }
    const refused: unknown = await till.start(till.order("tester")).catch((error: unknown) => error);
    expect(refused).toMatchObject({ reason: "TOO_MANY_DECLINES", retryMs: expect.any(Number) });
    const unopened = till.order("tester");
    await till.start(unopened).catch(errorInfoOf);
    expect(await till.payments.find(unopened.id)).toBeNull();
    expect(await answer(till.start(till.order("another")))).toMatch(/_secret_/);
    till.wait(refused instanceof DomainError ? (refused.retryMs ?? 0) : 0);
    expect(await answer(till.start(till.order("tester")))).toMatch(/_secret_/);
  }, 60_000);

  it("that died before it stored anything is begun again with what it made, or given up and paid by nobody", async () => {
    const died = async () => {
      const order = till.order();
      const { id: meshId } = await till.mesh.read();
      await till.stripe.create({ id: order.id, amount: order.price, meshId }, `${order.id}:create:1`);
      return order;
    };
    const again = await died();
    expect((await till.confirm(await till.start(again))).ok).toBe(true);
    expect(till.intents(again.id)).toMatchObject([{ status: "requires_capture" }]);

    const givenUp = await died();
    await till.payments.insert(startVoided(givenUp, till.clock()));
    expect(await answer(till.start(givenUp))).toBe("PAYMENT_VOIDED");
    // Nobody has its client secret; reconciliation finds it.
    const [left] = till.intents(givenUp.id);
    await createIntentRecords(till).release(left?.id ?? "");
    expect(till.intents(givenUp.id)).toMatchObject([{ status: "canceled" }]);
  });

  it("is refused once the payment is given up", async () => {
    const order = till.order();
    await till.start(order);
    await till.settlement.void(order.id);
    expect(await answer(till.start(order))).toBe("PAYMENT_VOIDED");
  });

  it("racing the void, whoever gets a client secret cannot be charged with it", async () => {
    const outcomes = new Set<string>();
    for (let round = 0; round < 12; round++) {
      const order = till.order();
      await till.start(order).catch(() => undefined);
      const fresh = till.order();
      const started = answer(till.start(fresh));
      // At another moment each round: before the insert, during the call to Stripe, after the save.
      await new Promise((resolve) => setTimeout(resolve, round));
      await till.payments.insert(startVoided(fresh, till.clock()));
      await till.settlement.void(fresh.id);
      const secret = await started;
      outcomes.add(secret.includes("_secret_") ? "secret" : secret);
      if (secret.includes("_secret_")) expect((await till.confirm(secret)).ok).toBe(false);
      for (const intent of till.intents(fresh.id)) expect(intent.status).toBe("canceled");
      expect((await till.payment(fresh.id)).status).toBe(PaymentStatus.VOIDED);
    }
    // The race was one: both ends of it were seen.
    expect([...outcomes].sort()).toEqual(["PAYMENT_VOIDED", "secret"]);
  });
});
