import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { decide as decideBy, type OrderFacts, type PaymentFacts } from "./decision.ts";

const deadline = 1_000;
const policy = { maxDeclines: 3 };
const order = (changes: Partial<OrderFacts> = {}): OrderFacts => ({
  ticketId: "t",
  status: "AWAITING_PAYMENT",
  expireTime: deadline,
  cancelRequested: false,
  ...changes,
});
const payment = (changes: Partial<PaymentFacts> = {}): PaymentFacts => ({
  status: "REQUIRES_PAYMENT",
  declines: 0,
  declinesExhausted: false,
  ...changes,
});
const decide = (order: OrderFacts, payment: PaymentFacts, now: number, firstLook?: number) =>
  decideBy(order, payment, policy, now, firstLook);
const held = (authorizedTime: number) => payment({ status: "AUTHORIZED", authorizedTime });

describe("what happens to an order that awaits payment", () => {
  it("waits until its deadline while nothing happened", () => {
    expect(decide(order(), payment({ status: "NONE" }), 999)).toEqual({ next: "wait", until: deadline });
  });
  it("completes when the money was held in time, however late we look", () => {
    expect(decide(order(), held(999), 999)).toEqual({ next: "complete" });
    expect(decide(order(), held(1_000), 5_000)).toEqual({ next: "complete" });
  });
  it("expires when the money was held after the deadline", () => {
    expect(decide(order(), held(1_001), 5_000)).toEqual({ next: "expire", because: "expired" });
  });
  it("expires at the deadline without money", () => {
    expect(decide(order(), payment(), 999).next).toBe("wait");
    expect(decide(order(), payment(), 1_000)).toEqual({ next: "expire", because: "expired" });
  });
  it("is not its buyer's lapse when Stripe never opened a payment", () => {
    const decision = decide(order(), payment({ neverOpened: true }), 1_000);
    expect(decision).toEqual({ next: "expire", because: "payment_failed" });
    expect(decide(order(), payment({ neverOpened: true }), 999).next).toBe("wait");
    const cancelled = decide(order({ cancelRequested: true }), payment({ neverOpened: true }), 999);
    expect(cancelled).toEqual({ next: "cancel", because: "buyer_unable" });
  });
  it("is not its buyer's doing when nobody knew of it before its deadline", () => {
    const none = payment({ status: "NONE" });
    expect(decide(order(), none, 1_000, 999)).toEqual({ next: "expire", because: "expired" });
    for (const firstLook of [1_000, 5_000]) {
      expect(decide(order(), none, firstLook, firstLook)).toEqual({
        next: "expire",
        because: "payment_failed",
      });
      const cancelled = decide(order({ cancelRequested: true }), none, firstLook, firstLook);
      expect(cancelled).toEqual({ next: "cancel", because: "buyer_unable" });
      expect(decide(order(), held(999), firstLook, firstLook)).toEqual({ next: "complete" });
    }
  });
  it("is cancelled when its buyer asked, even with money held", () => {
    expect(decide(order({ cancelRequested: true }), held(999), 999)).toEqual({
      next: "cancel",
      because: "buyer",
    });
  });
  it("is cancelled when its event is, even with money held, but not once the money is taken", () => {
    const called = order({ cancelRequested: true, eventCancelled: true });
    const cancelled = { next: "cancel", because: "event_cancelled" };
    expect(decide(called, held(999), 999)).toEqual(cancelled);
    // Nobody's lapse, whoever saw the order first.
    expect(decide(called, payment({ status: "NONE" }), 5_000, 5_000)).toEqual(cancelled);
    expect(decide(called, payment({ status: "CAPTURED" }), 999)).toEqual({ next: "complete" });
  });
  it("is cancelled by the last decline or a lost hold", () => {
    const cancelled = (because: string) => ({ next: "cancel", because });
    expect(decide(order(), payment({ declines: 3 }), 1)).toEqual(cancelled("declined"));
    expect(decide(order(), payment({ declines: 2 }), 1).next).toBe("wait");
    expect(decide(order(), payment({ status: "FAILED" }), 1)).toEqual(cancelled("payment_failed"));
  });
  it("is cancelled as an earlier release read it, which counted no declines", () => {
    const { declines: _, ...before } = payment({ declinesExhausted: true });
    const cancelled = { next: "cancel", because: "declined" };
    expect(decideBy(order(), before as PaymentFacts, undefined, 1)).toEqual(cancelled);
  });
  it("does nothing once it has ended, and completes whatever was captured", () => {
    expect(decide(order({ status: "ENDED" }), held(1), 1)).toEqual({ next: "nothing" });
    expect(decide(order({ cancelRequested: true }), payment({ status: "CAPTURED" }), 1)).toEqual({
      next: "complete",
    });
  });
  it("never waits past the deadline and never completes without money held in time", () => {
    const facts = fc.record({
      cancelRequested: fc.boolean(),
      declines: fc.integer({ min: 0, max: 4 }),
      status: fc.constantFrom("NONE", "REQUIRES_PAYMENT", "AUTHORIZED", "GIVEN_UP", "FAILED" as const),
      authorizedTime: fc.integer({ min: 0, max: 2_000 }),
      now: fc.integer({ min: 0, max: 3_000 }),
    });
    fc.assert(
      fc.property(facts, (f) => {
        const paid = payment({
          status: f.status as PaymentFacts["status"],
          declines: f.declines,
          authorizedTime: f.authorizedTime,
        });
        const { next } = decide(order({ cancelRequested: f.cancelRequested }), paid, f.now);
        if (next === "wait") expect(f.now).toBeLessThan(deadline);
        if (next === "complete") {
          expect(f.status).toBe("AUTHORIZED");
          expect(f.authorizedTime).toBeLessThanOrEqual(deadline);
        }
      }),
    );
  });
});
