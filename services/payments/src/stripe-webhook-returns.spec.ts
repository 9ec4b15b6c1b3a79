import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { openPaymentWorld, type PaymentWorld } from "../testing/payment-world.ts";
import { type WebhookCalls, webhookCalls } from "../testing/webhook-calls.ts";
import type { Payment } from "./payment.ts";
import { createPaymentActions } from "./payment-actions.ts";

let world: PaymentWorld;
let calls: WebhookCalls;
beforeAll(async () => {
  world = await openPaymentWorld();
  calls = webhookCalls(world);
}, 60_000);
afterAll(() => world?.close());
beforeEach(() => world.double.faults.clear());

describe("a webhook about money that goes back", () => {
  it("of an attempt that ended after the payment was given up leads to its release", async () => {
    const { order, secret } = await calls.started();
    world.double.faults.add({ kind: "drop_request", operation: "payment_intents.cancel" });
    await world.actions.void(order.id).catch(() => undefined);
    await world.confirm(secret);
    world.double.faults.clear();
    await calls.until(order.id, ({ status }) => status === PaymentStatus.VOIDED);
    expect(world.intents(order.id)).toMatchObject([{ status: "canceled" }]);
  });

  it("that comes again releases what could not be released before, though it says nothing new", async () => {
    const payment = await world.authorized();
    await calls.allTold(world.intents(payment._id));
    const fault = world.double.faults.add({ kind: "drop_request", operation: "payment_intents.cancel" });
    await world.actions.void(payment._id).catch(() => undefined);
    world.double.faults.remove(fault.id);
    expect((await world.payment(payment._id)).status).toBe(PaymentStatus.AUTHORIZED);
    const body = calls.event(payment._id, "payment_intent.amount_capturable_updated");
    expect((await calls.post(body)).status).toBe(200);
    expect((await world.payment(payment._id)).status).toBe(PaymentStatus.VOIDED);
  });

  it("of a payment taken after it was given up leads to its refund", async () => {
    const payment = await world.authorized();
    world.double.faults.add({ kind: "drop_request", operation: "payment_intents.cancel" });
    await world.actions.void(payment._id).catch(() => undefined);
    // Somebody with access to Stripe's dashboard captures it.
    await world.stripe.capture(String(payment.intentId), "by-hand");
    await calls.until(payment._id, ({ status }) => status === PaymentStatus.REFUNDED);
    expect(world.refunds(payment._id)).toMatchObject([{ amount: 4_500 }]);
  });

  it.each(["refund.failed", "refund.updated", "charge.refund.updated"])(
    "of a refund that failed later (%s alone arrives) takes REFUNDED back",
    async (alone) => {
      const { _id } = await world.actions.capture(await world.authorized());
      await world.actions.refund(await world.payment(_id));
      await calls.told(_id);
      for (const type of ["refund.failed", "refund.updated", "charge.refund.updated"]) {
        if (type !== alone) world.double.faults.add({ kind: "webhook_hold", operation: type });
      }
      await world.settleRefund(_id, { status: "failed", failure_reason: "lost_or_stolen_card" });
      const failed = await calls.until(_id, ({ status }) => status === PaymentStatus.REFUND_FAILED);
      world.double.releaseWebhooks();
      await world.actions.refund(failed);
      expect(
        (await calls.until(_id, ({ status }) => status === PaymentStatus.REFUNDED)).refunds,
      ).toHaveLength(2);
    },
  );

  it("of a refund that failed, of a payment taken after it was given up, makes no other refund", async () => {
    const payment = await world.authorized();
    world.double.faults.add({ kind: "drop_request", operation: "payment_intents.cancel" });
    await world.actions.void(payment._id).catch(() => undefined);
    await world.stripe.capture(String(payment.intentId), "lands-late");
    await calls.until(payment._id, ({ status }) => status === PaymentStatus.REFUNDED);
    await calls.told(payment._id);
    await world.settleRefund(payment._id, { status: "failed", failure_reason: "lost_or_stolen_card" });
    await calls.until(payment._id, ({ status }) => status === PaymentStatus.REFUND_FAILED);
    await calls.told(payment._id);
    expect(world.refunds(payment._id)).toMatchObject([{ status: "failed" }]);
  });

  it("of a payment taken after it was given up, whose charge is disputed, is accepted: no repeat helps", async () => {
    const payment = await world.authorized();
    world.double.faults.add({ kind: "drop_request", operation: "payment_intents.cancel" });
    world.double.faults.add({ kind: "webhook_hold", operation: "*" });
    await world.actions.void(payment._id).catch(() => undefined);
    await world.stripe.capture(String(payment.intentId), "disputed-later");
    await calls.control("disputes", payment.intentId);
    expect((await calls.post(calls.event(payment._id, "payment_intent.succeeded"))).status).toBe(200);
    expect(await world.payment(payment._id)).toMatchObject({ refusal: { code: "charge_disputed" } });
  });

  it.each(["won", "lost", "warning_closed"] as const)(
    "of a dispute that is %s says so once, and news of its beginning that comes late changes nothing",
    async (outcome) => {
      const { _id, intentId } = await world.actions.capture(await world.authorized());
      const disputes = () =>
        world.double.state.disputes.all().filter(({ payment_intent }) => payment_intent === intentId);
      world.double.faults.add({ kind: "webhook_duplicate", operation: "*" });
      world.double.faults.add({ kind: "webhook_hold", operation: "charge.dispute.created" });
      await calls.control("disputes", intentId);
      await calls.control("disputes/close", intentId, { status: outcome });
      const closed = await calls.until(_id, ({ disputeClosed }) => disputeClosed !== undefined);
      expect(closed).toMatchObject({ disputeClosed: { outcome }, disputedTime: expect.any(Date) });
      world.double.faults.clear();
      world.double.releaseWebhooks();
      await calls.allTold(disputes());
      expect((await world.payment(_id)).version).toBe(closed.version);
      await calls.control("disputes", intentId);
      const again = await calls.until(_id, ({ disputeClosed }) => !disputeClosed);
      expect(again.history.at(-1)).toMatchObject({ type: "payment_disputed" });
      if (outcome === "lost") return;
      await calls.control("disputes/close", intentId, { status: outcome });
      await calls.until(_id, ({ disputeClosed }) => disputeClosed !== undefined);
      expect((await world.actions.refund(await world.payment(_id))).status).toBe(PaymentStatus.REFUNDED);
    },
  );

  it("of a dispute's end that comes once more says nothing of another dispute, which is open", async () => {
    const { _id, intentId } = await world.actions.capture(await world.authorized());
    await calls.control("disputes", intentId);
    await calls.control("disputes/close", intentId, { status: "won" });
    await calls.until(_id, ({ disputeClosed }) => disputeClosed !== undefined);
    await calls.control("disputes", intentId);
    const open = await calls.until(_id, ({ disputeClosed }) => !disputeClosed);
    const ends = world.double.state.events.all().filter(({ type }) => type === "charge.dispute.closed");
    expect((await calls.post(JSON.stringify(ends.at(-1)))).status).toBe(200);
    expect((await world.payment(_id)).version).toBe(open.version);
  });

  it("of a dispute leads to a look at it, of each of its steps", async () => {
    const { _id, intentId } = await world.actions.capture(await world.authorized());
    const status = (payment: Payment) => payment.disputes?.[0]?.shown?.status;
    await calls.control("disputes", intentId, { inquiry: true, reason: "product_not_received" });
    const asked = await calls.until(_id, (payment) => status(payment) === "warning_needs_response");
    expect(asked.disputes).toMatchObject([{ shown: { reason: "product_not_received" } }]);
    await calls.control("disputes/escalate", intentId);
    await calls.until(_id, (payment) => status(payment) === "needs_response");
    await calls.control("disputes/close", intentId, { status: "lost" });
    await calls.until(_id, ({ disputeClosed }) => disputeClosed?.outcome === "lost");
  });

  it("of a dispute that is handled beside a later one, and was looked into before, undoes nothing", async () => {
    const { _id, intentId } = await world.actions.capture(await world.authorized());
    world.double.faults.add({ kind: "webhook_hold", operation: "*" });
    await calls.control("disputes", intentId);
    let looks = 0;
    const fetchDisputes = async (id: string) => {
      const shown = await world.gateway.fetchDisputes(id);
      if (++looks > 1) return shown;
      // The answer is on its way while the dispute ends, which another handler notes.
      await calls.control("disputes/close", intentId, { status: "won" });
      await world.actions.lookAtDisputes(await world.payment(_id));
      return shown;
    };
    const late = createPaymentActions({ ...world, stripe: { ...world.gateway, fetchDisputes } });
    const noted = await late.lookAtDisputes(await world.payment(_id));
    expect(noted.disputeClosed).toMatchObject({ outcome: "won" });
    expect((await world.payment(_id)).version).toBe(noted.version);
    expect(looks).toBe(2);
  });
});
