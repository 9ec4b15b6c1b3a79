import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { PaymentStatus, RefundStatus } from "@ticketing/proto/payments/v1/payment";
import { errorInfoOf, reasonOf } from "@ticketing/runtime/process/domain-error";
import Stripe from "stripe";
import { openPaymentWorld, type PaymentWorld } from "../testing/payment-world.ts";
import { untilDone } from "../testing/until-done.ts";
import type { Payment } from "./payment.ts";
import { paymentMessage, paymentState } from "./payment-message.ts";

let world: PaymentWorld;
beforeAll(async () => {
  world = await openPaymentWorld();
}, 60_000);
afterAll(() => world?.close());
beforeEach(() => world.double.faults.clear());
/** Long enough for a call without an answer to be given up. */
const pass = () => world.wait(world.graceMs);

describe("refund", () => {
  const captured = async () => world.actions.capture(await world.authorized());

  it.each(["none", "drop_response", "error_after", "drop_request", "saved_error_before"] as const)(
    "gives everything back once (fault: %s)",
    async (kind) => {
      const { _id } = await captured();
      if (kind !== "none") world.double.faults.add({ kind, operation: "refunds.create", count: 2 });
      await untilDone(async () => world.actions.refund(await world.payment(_id)), pass);
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
    const refused = world.actions.refund(await world.authorized()).catch(reasonOf);
    expect(await refused).toBe("NOT_CAPTURED");
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

  it("by hand and in part is a fact of its own, as is that it failed", async () => {
    const payment = await world.actions.capture(await world.authorized());
    const { id } = await refundByHand(payment, 2_000);
    const seen = await world.actions.refresh(await world.payment(payment._id));
    const byHand = { type: "payment_manually_refunded", data: { providerRefundId: id } };
    expect(seen.history.at(-1)).toMatchObject(byHand);
    const { UNDERWAY, SUCCEEDED, FAILED } = RefundStatus;
    expect(paymentState(seen)).toMatchObject({
      ...{ status: PaymentStatus.CAPTURED, amountRefunded: 2_000n },
      manualRefunds: [{ providerRefundId: id, amount: 2_000n, status: SUCCEEDED }],
    });
    await world.settleRefund(payment._id, { status: "failed" });
    const failed = await world.actions.refresh(await world.payment(payment._id));
    expect(paymentState(failed)).toMatchObject({ amountRefunded: 0n, manualRefunds: [{ status: FAILED }] });
    expect(failed.history.filter(({ type }) => type === byHand.type)).toHaveLength(2);
    const waiting = await world.actions.capture(await world.authorized("pm_card_pendingRefund"));
    await refundByHand(waiting, 1);
    const promised = await world.actions.refresh(await world.payment(waiting._id));
    expect(paymentState(promised)).toMatchObject({
      amountRefunded: 1n,
      manualRefunds: [{ status: UNDERWAY }],
    });
  });

  it("by hand and whole is told beside that the money went back; one of ours is not", async () => {
    const payment = await world.actions.capture(await world.authorized());
    await refundByHand(payment, 4_500);
    const seen = await world.actions.refresh(await world.payment(payment._id));
    expect(seen.history.slice(-2).map(({ type }) => type)).toEqual([
      ...["payment_manually_refunded", "payment_refunded"],
    ]);
    const { _id } = await captured();
    const refunded = await refund(_id);
    expect(paymentState(refunded)).toMatchObject({ amountRefunded: 4_500n, manualRefunds: [] });
    expect(refunded.history.map(({ type }) => type)).not.toContain("payment_manually_refunded");
  });

  it("by hand and in part, then the rest by us, is all of it", async () => {
    const { _id, intentId } = await captured();
    for (let part = 0; part < 12; part++) await refundByHand({ intentId }, 100);
    const payment = await world.actions.refresh(await world.payment(_id));
    expect(payment.status).toBe(PaymentStatus.CAPTURED);
    expect((await refund(_id)).status).toBe(REFUNDED);
    expect(world.refunds(_id).reduce((sum, { amount }) => sum + amount, 0)).toBe(4_500);
  });
});
