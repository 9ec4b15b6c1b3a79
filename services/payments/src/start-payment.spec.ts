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

  it("takes another key after a 500 that Stripe keeps; nobody can pay the orphan", async () => {
    const order = till.order();
    till.double.faults.add({ kind: "error_after", operation: "payment_intents.create", count: 1 });
    expect(await answer(till.start(order))).toBe("STRIPE_UNAVAILABLE");
    const secret = await till.start(order);
    expect(secret.startsWith(`${(await till.payment(order.id)).intentId}_secret_`)).toBe(true);
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
      const voided = await till.settlement.void(fresh.id).catch((error: unknown) => reasonOf(error));
      const secret = await started;
      if (voided === "NOT_FOUND") await till.settlement.void(fresh.id);
      outcomes.add(secret.includes("_secret_") ? "secret" : secret);
      if (secret.includes("_secret_")) expect((await till.confirm(secret)).ok).toBe(false);
      for (const intent of till.intents(fresh.id)) expect(intent.status).toBe("canceled");
      expect((await till.payment(fresh.id)).status).toBe(PaymentStatus.VOIDED);
    }
    // The race was one: both ends of it were seen.
    expect([...outcomes].sort()).toEqual(["PAYMENT_VOIDED", "secret"]);
  });
});
