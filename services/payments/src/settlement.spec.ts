import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openPaymentWorld, type PaymentWorld } from "../testing/payment-world.ts";
import { createSettlementCheck } from "./settlement.ts";

let world: PaymentWorld;
beforeAll(async () => {
  world = await openPaymentWorld();
}, 60_000);
afterAll(() => world?.close());

function check(...offered: string[]) {
  const told: object[] = [];
  const log = { error: (facts: object) => void told.push(facts) };
  return { told, ping: createSettlementCheck({ offered, stripe: world.gateway, log: log as never }) };
}

describe("the currencies that are offered", () => {
  it("are well where the platform's account settles in each", async () => {
    await check("EUR", "USD").ping();
  });

  it("are told once, and stay a fault, where it does not", async () => {
    const { told, ping } = check("USD", "CHF");
    for (let time = 0; time < 2; time++) await expect(ping()).rejects.toThrow("does not settle in CHF");
    expect(told).toMatchObject([{ missing: ["CHF"] }]);
  });

  it("are looked at again until Stripe has answered", async () => {
    const fault = world.double.faults.add({ kind: "error_before", operation: "balance.retrieve" });
    const { ping } = check("USD");
    await expect(ping()).rejects.toThrow();
    world.double.faults.remove(fault.id);
    await ping();
  });
});
