import { describe, expect, it } from "@jest/globals";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import fc from "fast-check";
import { type IntentSnapshot, observe } from "./observe-intent.ts";
import { attachIntent, type Payment, start } from "./payment.ts";
import type { Refund } from "./refunds.ts";
import { idempotencyKey } from "./stripe-attempts.ts";

const { CAPTURED, REFUNDED, REFUND_PENDING, REFUND_FAILED } = PaymentStatus;
const TAKEN = 100;
const now = new Date(Date.UTC(2030, 0, 1));

/** Stripe's refunds of one captured charge. https://docs.stripe.com/api/refunds */
class Charge {
  readonly refunds: Refund[] = [];
  /** All of it was given back or about to be, at some time. */
  allPromised = false;

  total(...statuses: Refund["status"][]): number {
    return this.refunds
      .filter(({ status }) => statuses.includes(status))
      .reduce((sum, { amount }) => sum + amount, 0);
  }

  /** Without an amount: what is left. Refused when nothing is; answered from memory when the key was used. */
  create(refund: { amount?: number; operationId?: string }): void {
    const { operationId } = refund;
    const left = TAKEN - this.total("underway", "succeeded");
    const amount = Math.min(refund.amount ?? left, left);
    if (amount < 1 || (operationId && this.refunds.some((one) => one.operationId === operationId))) return;
    const id = `re_${this.refunds.length}`;
    const createTime = new Date(now.getTime() + this.refunds.length * 1_000);
    this.refunds.push({ id, amount, status: "underway", createTime, ...(operationId && { operationId }) });
    this.allPromised ||= amount === left;
  }

  settle(index: number, status: "succeeded" | "failed"): void {
    const refund = this.refunds[index % Math.max(1, this.refunds.length)];
    if (!refund || refund.status === "failed") return;
    this.refunds.splice(this.refunds.indexOf(refund), 1, { ...refund, status });
  }

  look(): IntentSnapshot {
    const refunds = structuredClone(this.refunds);
    return { id: "pi_1", status: "succeeded", amountReceived: TAKEN, refunds };
  }
}

const captured = (): Payment =>
  attachIntent(
    start({ id: "o1", buyerId: "b", price: { minorUnits: TAKEN, currency: "USD" } }, now),
    { intentId: "pi_1", meshId: "mesh", withSecret: true },
    now,
  );

const step = fc.oneof(
  fc.record({ kind: fc.constant("by hand" as const), amount: fc.integer({ min: 1, max: TAKEN }) }),
  fc.record({ kind: fc.constant("the rest" as const) }),
  fc.record({
    kind: fc.constant("settle" as const),
    index: fc.nat(5),
    status: fc.constantFrom("succeeded" as const, "failed" as const),
  }),
  fc.record({ kind: fc.constant("look" as const) }),
  fc.record({ kind: fc.constant("late look" as const), index: fc.nat(20) }),
);

describe("what looks at a charge make of its payment", () => {
  it("follows from its refunds alone, whenever and in whatever order it was looked at", () => {
    const seen = new Set<PaymentStatus>();
    fc.assert(
      fc.property(fc.array(step, { maxLength: 16 }), (steps) => {
        const charge = new Charge();
        const looks = [charge.look()];
        let payment = captured();
        for (const one of steps) {
          if (one.kind === "by hand") charge.create(one);
          if (one.kind === "the rest") charge.create({ operationId: idempotencyKey(payment, "refund") });
          if (one.kind === "settle") charge.settle(one.index, one.status);
          looks.push(charge.look());
          if (one.kind === "look") payment = observe(payment, charge.look(), now);
          const late = one.kind === "late look" && looks[one.index % looks.length];
          if (late) payment = observe(payment, late, now);
        }
        payment = observe(payment, charge.look(), now);
        const { status, refundId } = observe(captured(), charge.look(), now);
        expect({ status: payment.status, refundId: payment.refundId }).toEqual({ status, refundId });

        seen.add(status);
        if (charge.total("succeeded") === TAKEN) expect(status).toBe(REFUNDED);
        else if (charge.total("succeeded", "underway") === TAKEN) expect(status).toBe(REFUND_PENDING);
        else if (charge.allPromised) expect(status).toBe(REFUND_FAILED);
        else if (charge.total("failed") === 0) expect(status).toBe(CAPTURED);
        expect(payment.refunds ?? []).toEqual(charge.refunds);

        // What is still to give back is given by the next try.
        charge.create({ operationId: idempotencyKey(payment, "refund") });
        expect(charge.total("succeeded", "underway")).toBe(TAKEN);
      }),
      { numRuns: 500 },
    );
    expect([...seen].sort()).toEqual([CAPTURED, REFUNDED, REFUND_PENDING, REFUND_FAILED].sort());
  });
});
