import { describe, expect, it } from "@jest/globals";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import fc from "fast-check";
import type { Decline } from "./decline-limit.ts";
import { type IntentSnapshot, observe } from "./observe-intent.ts";
import { attachIntent, type Payment, recordDecline, requestVoid, start } from "./payment.ts";
import type { Refund } from "./refunds.ts";
import { idempotencyKey } from "./stripe-attempts.ts";

const now = new Date(Date.UTC(2030, 0, 1));
const begun = () => start({ id: "o1", buyerId: "b", price: { minorUnits: 5, currency: "USD" } }, now);
const attached = () => attachIntent(begun(), { intentId: "pi_1", meshId: "mesh", withSecret: true }, now);
const seen = (
  status: IntentSnapshot["status"],
  more: { chargeTime?: Date; refunds?: Refund[] } = {},
): IntentSnapshot => ({ id: "pi_1", status, amountReceived: 5, refunds: [], ...more });
const refund = (id: string, status: Refund["status"], changes: Partial<Refund> = {}): Refund => ({
  ...{ id, status, amount: 5, createTime: now },
  ...changes,
});
const decline = (eventId: string, changes: Partial<Decline> = {}): Decline => ({
  ...{ eventId, code: "generic_decline", type: "card_error", time: now },
  ...changes,
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
  // Among these it goes by how far each refund is: see refunds.spec.ts.
  [PaymentStatus.REFUND_PENDING]: 5,
  [PaymentStatus.REFUNDED]: 5,
  [PaymentStatus.REFUND_FAILED]: 5,
};

describe("a payment", () => {
  it("follows its PaymentIntent from hold to capture to refund", () => {
    const held = observe(attached(), seen("requires_capture", { chargeTime: now }), now);
    expect(held.status).toBe(PaymentStatus.AUTHORIZED);
    expect(held.authorizedTime).toEqual(now);
    const taken = observe(held, seen("succeeded"), now);
    expect(taken.status).toBe(PaymentStatus.CAPTURED);
    const asked = observe(taken, seen("succeeded", { refunds: [refund("re_1", "underway")] }), now);
    expect(asked.status).toBe(PaymentStatus.REFUND_PENDING);
    const given = observe(asked, seen("succeeded", { refunds: [refund("re_1", "succeeded")] }), now);
    expect(given).toMatchObject({ status: PaymentStatus.REFUNDED, refundId: "re_1" });
  });
  it("leaves REFUNDED for REFUND_FAILED alone, and the failed key with it", () => {
    const taken = observe(attached(), seen("succeeded"), now);
    const operationId = idempotencyKey(taken, "refund");
    const of = (status: Refund["status"]) =>
      seen("succeeded", { refunds: [refund("re_1", status, { operationId, reason: "unknown" })] });
    const given = observe(taken, of("succeeded"), now);
    const failed = observe(given, of("failed"), now);
    expect(failed).toMatchObject({ status: PaymentStatus.REFUND_FAILED, attempts: { refund: 2 } });
    expect(failed.history.at(-1)).toMatchObject({
      type: "payment_refund_failed",
      data: { reason: "unknown" },
    });
    // What comes late or twice changes nothing.
    for (const late of ["failed", "succeeded", "underway"] as const) {
      expect(observe(failed, of(late), now)).toBe(failed);
    }
    expect(observe(failed, seen("succeeded"), now)).toBe(failed);
    const again = observe(failed, seen("succeeded", { refunds: [refund("re_2", "succeeded")] }), now);
    expect(again).toMatchObject({ status: PaymentStatus.REFUNDED, refundId: "re_2" });
  });
  it("keeps a key whose outcome is not known when an older refund by hand fails", () => {
    const taken = observe(attached(), seen("succeeded"), now);
    const other = refund("re_0", "failed", { operationId: "another" });
    const failed = observe(taken, seen("succeeded", { refunds: [other] }), now);
    expect(failed).toMatchObject({ status: PaymentStatus.REFUND_FAILED, attempts: { refund: 1 } });
  });
  it("is what it was before refunds were kept, for a payment that was refunded then", () => {
    const { refunds: _, ...old } = { ...observe(attached(), seen("succeeded"), now), refundId: "re_1" };
    const before: Payment = { ...old, status: PaymentStatus.REFUNDED };
    const after = observe(before, seen("succeeded", { refunds: [refund("re_1", "succeeded")] }), now);
    expect(after.status).toBe(PaymentStatus.REFUNDED);
    expect(observe(before, seen("succeeded"), now)).toBe(before);
  });
  it("is void only when Stripe says so, and at once when it never reached Stripe", () => {
    expect(requestVoid(begun(), now).status).toBe(PaymentStatus.VOIDED);
    const asked = requestVoid(attached(), now);
    expect(asked.status).toBe(PaymentStatus.REQUIRES_PAYMENT);
    expect(observe(asked, seen("canceled"), now).status).toBe(PaymentStatus.VOIDED);
  });
  it("cannot begin once it is given up", () => {
    expect(
      reason(() =>
        attachIntent(requestVoid(begun(), now), { intentId: "pi_1", meshId: "mesh", withSecret: true }, now),
      ),
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
    const once = recordDecline(attached(), decline("evt_1"), now);
    expect(recordDecline(once, decline("evt_1"), now)).toBe(once);
    expect(recordDecline(once, decline("evt_2"), now).declines).toBe(2);
  });
  it.each([
    { code: "processing_error" },
    { code: "issuer_not_available" },
    { code: "api_error", type: "api_error" },
  ])("does not count %j as a decline of the card", (failure) => {
    const told = recordDecline(attached(), decline("evt_1", failure), now);
    expect(told).toMatchObject({ declines: 0, lastDeclineCode: failure.code });
    expect(told.declineTimes).toBeUndefined();
    expect(recordDecline(told, decline("evt_1", failure), now)).toBe(told);
  });
  it("never moves back, whatever is seen twice, late or in any order; a refund that failed is no way back", () => {
    const statuses = fc.constantFrom<Refund["status"]>("underway", "succeeded", "failed");
    const refunds = fc.uniqueArray(fc.record({ id: fc.constantFrom("re_1", "re_2"), status: statuses }), {
      selector: ({ id }) => id,
    });
    const snapshot = fc.record({
      status: fc.constantFrom<IntentSnapshot["status"]>("open", "requires_capture", "succeeded", "canceled"),
      refunds,
      voidFirst: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(snapshot, { maxLength: 12 }), (snapshots) => {
        let payment: Payment = attached();
        for (const { status, refunds, voidFirst } of snapshots) {
          if (voidFirst && reason(() => requestVoid(payment, now)) === "allowed")
            payment = requestVoid(payment, now);
          const before = rank[payment.status];
          const shown = status === "succeeded" ? refunds.map((one) => refund(one.id, one.status)) : [];
          payment = observe(payment, seen(status, { refunds: shown }), now);
          expect(rank[payment.status]).toBeGreaterThanOrEqual(before);
          // Seen once more, it is no news.
          expect(observe(payment, seen(status, { refunds: shown }), now)).toBe(payment);
        }
      }),
    );
  });
});
