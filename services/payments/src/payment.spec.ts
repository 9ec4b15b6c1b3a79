import { describe, expect, it } from "@jest/globals";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { reasonOf } from "@ticketing/runtime/domain-error";
import fc from "fast-check";
import {
  attachIntent,
  type IntentSnapshot,
  observe,
  type Payment,
  recordDecline,
  requestVoid,
  start,
} from "./payment.ts";

const now = new Date(Date.UTC(2030, 0, 1));
const begun = () => start({ id: "o1", buyerId: "b", price: { minorUnits: 5, currency: "USD" } }, now);
const attached = () => attachIntent(begun(), { intentId: "pi_1", meshId: "mesh" }, now);
const seen = (status: IntentSnapshot["status"], more: Partial<IntentSnapshot> = {}): IntentSnapshot => ({
  id: "pi_1",
  status,
  ...more,
});
const reason = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return reasonOf(error);
  }
  return "allowed";
};
const rank: Record<PaymentStatus, number> = {
  [PaymentStatus.UNSPECIFIED]: 0,
  [PaymentStatus.REQUIRES_PAYMENT]: 1,
  [PaymentStatus.AUTHORIZED]: 2,
  [PaymentStatus.FAILED]: 3,
  [PaymentStatus.CAPTURED]: 4,
  [PaymentStatus.VOIDED]: 4,
  [PaymentStatus.REFUND_PENDING]: 5,
  [PaymentStatus.REFUNDED]: 6,
  [PaymentStatus.REFUND_FAILED]: 7,
};

describe("a payment", () => {
  it("follows its PaymentIntent from hold to capture to refund", () => {
    const held = observe(attached(), seen("requires_capture", { chargeTime: now }), now);
    expect(held.status).toBe(PaymentStatus.AUTHORIZED);
    expect(held.authorizedTime).toEqual(now);
    const taken = observe(held, seen("succeeded"), now);
    expect(taken.status).toBe(PaymentStatus.CAPTURED);
    expect(observe(taken, seen("succeeded", { refundId: "re_1" }), now).status).toBe(PaymentStatus.REFUNDED);
  });
  it("is void only when Stripe says so, and at once when it never reached Stripe", () => {
    expect(requestVoid(begun(), now).status).toBe(PaymentStatus.VOIDED);
    const asked = requestVoid(attached(), now);
    expect(asked.status).toBe(PaymentStatus.REQUIRES_PAYMENT);
    expect(observe(asked, seen("canceled"), now).status).toBe(PaymentStatus.VOIDED);
  });
  it("cannot begin once it is given up", () => {
    expect(
      reason(() => attachIntent(requestVoid(begun(), now), { intentId: "pi_1", meshId: "mesh" }, now)),
    ).toBe("PAYMENT_VOIDED");
  });
  it("lost its hold when it was cancelled without our asking", () => {
    const held = observe(attached(), seen("requires_capture"), now);
    expect(observe(held, seen("canceled"), now).status).toBe(PaymentStatus.FAILED);
  });
  it("cannot be given up after the money was taken", () => {
    const taken = observe(attached(), seen("succeeded"), now);
    expect(reason(() => requestVoid(taken, now))).toBe("ALREADY_CAPTURED");
  });
  it("counts a decline once per event of Stripe's", () => {
    const once = recordDecline(attached(), { eventId: "evt_1", code: "generic_decline" }, now);
    expect(recordDecline(once, { eventId: "evt_1", code: "generic_decline" }, now)).toBe(once);
    expect(recordDecline(once, { eventId: "evt_2", code: "generic_decline" }, now).declines).toBe(2);
  });
  it("never moves back, whatever is seen twice, late or in any order", () => {
    const snapshot = fc.record({
      status: fc.constantFrom("open", "requires_capture", "succeeded", "canceled" as const),
      refunded: fc.boolean(),
      voidFirst: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(snapshot, { maxLength: 12 }), (snapshots) => {
        let payment: Payment = attached();
        for (const { status, refunded, voidFirst } of snapshots) {
          if (voidFirst && reason(() => requestVoid(payment, now)) === "allowed")
            payment = requestVoid(payment, now);
          const before = rank[payment.status];
          const more = refunded && status === "succeeded" ? { refundId: "re_1" } : {};
          payment = observe(payment, seen(status as IntentSnapshot["status"], more), now);
          expect(rank[payment.status]).toBeGreaterThanOrEqual(before);
        }
      }),
    );
  });
});
