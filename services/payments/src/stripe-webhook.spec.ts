import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import type { HttpResponse } from "@ticketing/runtime/serving/serve";
import { openPaymentWorld, type PaymentWorld } from "../testing/payment-world.ts";
import type { Payment } from "./payment.ts";
import { createPaymentActions } from "./payment-actions.ts";
import type { StripeGateway } from "./stripe-gateway.ts";
import { createStripeWebhook } from "./stripe-webhook.ts";

let world: PaymentWorld;
beforeAll(async () => {
  world = await openPaymentWorld();
}, 60_000);
afterAll(() => world?.close());
beforeEach(() => world.double.faults.clear());

async function until(id: string, wanted: (payment: Payment) => boolean): Promise<Payment> {
  for (let waited = 0; waited < 8_000; waited += 20) {
    const payment = await world.payment(id);
    if (wanted(payment)) return payment;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`the payment never became so: ${JSON.stringify(await world.payment(id))}`);
}

/** All that has happened so far to these objects of Stripe's was told. */
async function allTold(objects: readonly { id: string }[]): Promise<void> {
  const ids = objects.map(({ id }) => id);
  const waiting = () =>
    world.double.state.events
      .all()
      .some(({ data, pending_webhooks }) => ids.includes(data.object.id) && pending_webhooks > 0);
  while (waiting()) await new Promise((resolve) => setTimeout(resolve, 20));
}
const told = (orderId: string) => allTold(world.refunds(orderId));

const started = async () => {
  const order = world.order();
  return { order, secret: await world.start(order) };
};
/** The double's event of a type for an order, as its webhook carries it. */
const event = (orderId: string, type: string) => {
  const [intent] = world.intents(orderId);
  const found = world.double.state.events
    .all()
    .find((candidate) => candidate.type === type && candidate.data.object.id === intent?.id);
  if (!found) throw new Error(`there is no ${type} for ${orderId}`);
  return JSON.stringify(found);
};
const sign = (body: string, at = Date.now(), secret = world.double.webhookSecret) => {
  const seconds = Math.floor(at / 1000);
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
};
const post = (body: string, signature: string | undefined = sign(body)) =>
  world.webhook({ method: "POST", headers: { "stripe-signature": signature }, body: Buffer.from(body) });

describe("a webhook", () => {
  it("records the authorisation with the time of the charge", async () => {
    const { order, secret } = await started();
    await world.confirm(secret);
    const payment = await until(order.id, ({ status }) => status === PaymentStatus.AUTHORIZED);
    const charge = world.double.state.charges
      .all()
      .find(({ payment_intent }) => payment_intent === payment.intentId);
    expect(payment.authorizedTime?.getTime()).toBe((charge?.created ?? 0) * 1000);
  });

  it("changes nothing when it comes again, also days later with a new signature", async () => {
    const { order, secret } = await started();
    await world.confirm(secret);
    const { version } = await until(order.id, ({ status }) => status === PaymentStatus.AUTHORIZED);
    const body = event(order.id, "payment_intent.amount_capturable_updated");
    for (let time = 0; time < 3; time++) expect((await post(body)).status).toBe(200);
    expect((await world.payment(order.id)).version).toBe(version);
    await world.actions.capture(await world.payment(order.id));
    expect((await post(body)).status).toBe(200);
    expect((await world.payment(order.id)).status).toBe(PaymentStatus.CAPTURED);
  });

  it("that says only what the payment shows is not looked into, whatever the order of all", async () => {
    const { order, secret } = await started();
    await world.confirm(secret, "pm_card_chargeDeclined");
    await world.confirm(secret);
    await until(order.id, ({ status, declines }) => status === PaymentStatus.AUTHORIZED && declines === 1);
    await world.actions.capture(await world.payment(order.id));
    await allTold(world.intents(order.id));
    const { version } = await world.payment(order.id);
    world.calls.length = 0;
    for (const type of ["succeeded", "payment_failed", "amount_capturable_updated"]) {
      expect((await post(event(order.id, `payment_intent.${type}`))).status).toBe(200);
    }
    expect(world.calls).not.toContain("fetch");
    expect((await world.payment(order.id)).version).toBe(version);
    // What the payment does not show yet is looked into, and believed only then.
    const other = await started();
    const body = event(order.id, "payment_intent.succeeded").replaceAll(
      String(world.intents(order.id)[0]?.id),
      String(world.intents(other.order.id)[0]?.id),
    );
    expect((await post(body)).status).toBe(200);
    expect(world.calls).toContain("fetch");
    expect((await world.payment(other.order.id)).status).toBe(PaymentStatus.REQUIRES_PAYMENT);
  });

  it.each([
    ["this process", true],
    ["another replica", false],
  ])("that comes before %s has noted the capture's answer fetches nothing", async (_, isHere) => {
    const payment = await world.authorized();
    world.double.faults.add({ kind: "webhook_hold", operation: "*" });
    const fetched: string[] = [];
    const read: string[] = [];
    let message: Promise<HttpResponse> | undefined;
    const stripe: StripeGateway = {
      ...world.gateway,
      async capture(id, key) {
        const answer = await world.gateway.capture(id, key);
        const body = event(payment._id, "payment_intent.succeeded");
        message = webhook({
          method: "POST",
          headers: { "stripe-signature": sign(body) },
          body: Buffer.from(body),
        });
        await new Promise((resolve) => setTimeout(resolve, 50));
        return answer;
      },
      fetch(id) {
        fetched.push(id);
        return world.gateway.fetch(id);
      },
    };
    const payments = {
      ...world.payments,
      findByIntent(id: string) {
        read.push(id);
        return world.payments.findByIntent(id);
      },
    };
    const actions = createPaymentActions({ ...world, stripe });
    const webhook = createStripeWebhook({
      ...world,
      ...{ stripe, payments, actions: isHere ? actions : world.actions },
    });

    const captured = await actions.capture(payment);
    expect((await message)?.status).toBe(200);
    expect(fetched).toEqual([]);
    expect(read).toHaveLength(isHere ? 0 : 1);
    expect((await world.payment(payment._id)).version).toBe(captured.version);
  });

  it("of a capture whose answer was lost tells of it", async () => {
    const payment = await world.authorized();
    world.double.faults.add({ kind: "hang", operation: "payment_intents.retrieve" });
    // As when a process dies between Stripe's answer and taking note of it.
    await world.stripe.capture(String(payment.intentId), "unseen");
    world.double.faults.clear();
    await until(payment._id, ({ status }) => status === PaymentStatus.CAPTURED);
  });

  it("comes through duplicated and out of order", async () => {
    world.double.faults.add({ kind: "webhook_duplicate", operation: "*" });
    world.double.faults.add({
      kind: "webhook_reorder",
      operation: "payment_intent.payment_failed",
      count: 1,
    });
    const { order, secret } = await started();
    await world.confirm(secret, "pm_card_chargeDeclined");
    await world.confirm(secret);
    const payment = await until(
      order.id,
      ({ status, declines }) => status === PaymentStatus.AUTHORIZED && declines === 1,
    );
    expect(payment.lastDeclineCode).toBe("generic_decline");
  });

  it("counts a decline once per event", async () => {
    const { order, secret } = await started();
    await world.confirm(secret, "pm_card_chargeDeclined");
    await until(order.id, ({ declines }) => declines === 1);
    const body = event(order.id, "payment_intent.payment_failed");
    await Promise.all([post(body), post(body), post(body)]);
    expect((await world.payment(order.id)).declines).toBe(1);
    await world.confirm(secret, "pm_card_chargeDeclined");
    await until(order.id, ({ declines }) => declines === 2);
  });

  it("signed with either secret, or with both, is good while one replaces the other", async () => {
    const body = JSON.stringify({ id: "evt_1", object: "v3.event" });
    const [old, current] = [sign(body, Date.now(), "whsec_replaced"), sign(body)];
    // Stripe signs with both secrets of an endpoint whose secret is rolled.
    const both = `${old},${current.split(",")[1]}`;
    for (const signature of [old, current, both]) expect((await post(body, signature)).status).toBe(200);
    expect((await post(body, sign(body, Date.now(), "whsec_replaced,whsec_double"))).status).toBe(400);
    expect((await post(body, sign(body, Date.now(), ""))).status).toBe(400);
  });

  it.each([
    ["a missing signature", (body: string) => post(body, "")],
    ["another secret", (body: string) => post(body, sign(body, Date.now(), "whsec_other"))],
    ["an altered body", (body: string) => post(`${body} `, sign(body))],
    ["a signature older than 300 s", (body: string) => post(body, sign(body, Date.now() - 301_000))],
    ["a body that is no event", () => post("{}", "t=1,v1=00")],
  ])("with %s is refused and changes nothing", async (_name, send) => {
    const { order, secret } = await started();
    world.double.faults.add({ kind: "webhook_hold", operation: "*" });
    await world.confirm(secret);
    const body = event(order.id, "payment_intent.amount_capturable_updated");
    expect((await send(body)).status).toBe(400);
    expect((await world.payment(order.id)).status).toBe(PaymentStatus.REQUIRES_PAYMENT);
  });

  it.each([
    ["thin", { object: "v2.core.event", type: "v2.core.account.updated" }],
    ["thin, about a payment", { object: "v2.core.event", type: "v1.payment_intent.succeeded" }],
    [
      "of a type that is new",
      { object: "event", type: "payment_intent.thought_about", data: { object: {} } },
    ],
    ["of an object that is new", { object: "v3.event" }],
  ])("that is %s is accepted and ignored, and with another signature refused", async (_, fields) => {
    const body = JSON.stringify({ id: "evt_1", livemode: false, ...fields });
    expect((await post(body)).status).toBe(200);
    expect((await post(body, sign(body, Date.now(), "whsec_other"))).status).toBe(400);
    expect((await post(body, sign(body, Date.now() - 301_000))).status).toBe(400);
  });

  it("of somebody else's PaymentIntent is accepted and ignored", async () => {
    const { order, secret } = await started();
    await world.confirm(secret);
    await until(order.id, ({ status }) => status === PaymentStatus.AUTHORIZED);
    const body = event(order.id, "payment_intent.amount_capturable_updated").replaceAll(
      String(world.intents(order.id)[0]?.id),
      "pi_of_another_shop",
    );
    expect((await post(body)).status).toBe(200);
  });

  it("that cannot be served now is sent again by Stripe", async () => {
    const { order, secret } = await started();
    world.double.faults.add({ kind: "error_before", operation: "payment_intents.retrieve", count: 4 });
    await world.confirm(secret);
    await until(order.id, ({ status }) => status === PaymentStatus.AUTHORIZED);
  });

  it("of an attempt that ended after the payment was given up leads to its release", async () => {
    const { order, secret } = await started();
    world.double.faults.add({ kind: "drop_request", operation: "payment_intents.cancel" });
    await world.actions.void(order.id).catch(() => undefined);
    await world.confirm(secret);
    world.double.faults.clear();
    await until(order.id, ({ status }) => status === PaymentStatus.VOIDED);
    expect(world.intents(order.id)).toMatchObject([{ status: "canceled" }]);
  });

  it("that comes again releases what could not be released before, though it says nothing new", async () => {
    const payment = await world.authorized();
    await allTold(world.intents(payment._id));
    const fault = world.double.faults.add({ kind: "drop_request", operation: "payment_intents.cancel" });
    await world.actions.void(payment._id).catch(() => undefined);
    world.double.faults.remove(fault.id);
    expect((await world.payment(payment._id)).status).toBe(PaymentStatus.AUTHORIZED);
    const body = event(payment._id, "payment_intent.amount_capturable_updated");
    expect((await post(body)).status).toBe(200);
    expect((await world.payment(payment._id)).status).toBe(PaymentStatus.VOIDED);
  });

  it("of a payment taken after it was given up leads to its refund", async () => {
    const payment = await world.authorized();
    world.double.faults.add({ kind: "drop_request", operation: "payment_intents.cancel" });
    await world.actions.void(payment._id).catch(() => undefined);
    // Somebody with access to Stripe's dashboard captures it.
    await world.stripe.capture(String(payment.intentId), "by-hand");
    await until(payment._id, ({ status }) => status === PaymentStatus.REFUNDED);
    expect(world.refunds(payment._id)).toMatchObject([{ amount: 4_500 }]);
  });

  it.each(["refund.failed", "refund.updated", "charge.refund.updated"])(
    "of a refund that failed later (%s alone arrives) takes REFUNDED back",
    async (alone) => {
      const { _id } = await world.actions.capture(await world.authorized());
      await world.actions.refund(await world.payment(_id));
      await told(_id);
      for (const type of ["refund.failed", "refund.updated", "charge.refund.updated"]) {
        if (type !== alone) world.double.faults.add({ kind: "webhook_hold", operation: type });
      }
      await world.settleRefund(_id, { status: "failed", failure_reason: "lost_or_stolen_card" });
      const failed = await until(_id, ({ status }) => status === PaymentStatus.REFUND_FAILED);
      world.double.releaseWebhooks();
      await world.actions.refund(failed);
      expect((await until(_id, ({ status }) => status === PaymentStatus.REFUNDED)).refunds).toHaveLength(2);
    },
  );

  it("of a refund that failed, of a payment taken after it was given up, makes no other refund", async () => {
    const payment = await world.authorized();
    world.double.faults.add({ kind: "drop_request", operation: "payment_intents.cancel" });
    await world.actions.void(payment._id).catch(() => undefined);
    await world.stripe.capture(String(payment.intentId), "lands-late");
    await until(payment._id, ({ status }) => status === PaymentStatus.REFUNDED);
    await told(payment._id);
    await world.settleRefund(payment._id, { status: "failed", failure_reason: "lost_or_stolen_card" });
    await until(payment._id, ({ status }) => status === PaymentStatus.REFUND_FAILED);
    await told(payment._id);
    expect(world.refunds(payment._id)).toMatchObject([{ status: "failed" }]);
  });

  it("of a payment taken after it was given up, whose charge is disputed, is accepted: no repeat helps", async () => {
    const payment = await world.authorized();
    world.double.faults.add({ kind: "drop_request", operation: "payment_intents.cancel" });
    world.double.faults.add({ kind: "webhook_hold", operation: "*" });
    await world.actions.void(payment._id).catch(() => undefined);
    await world.stripe.capture(String(payment.intentId), "disputed-later");
    await fetch(`${world.double.url}/control/disputes`, {
      method: "POST",
      body: JSON.stringify({ payment_intent: payment.intentId }),
    });
    expect((await post(event(payment._id, "payment_intent.succeeded"))).status).toBe(200);
    expect(await world.payment(payment._id)).toMatchObject({ refusal: { code: "charge_disputed" } });
  });

  it.each(["won", "lost", "warning_closed"] as const)(
    "of a dispute that is %s says so once, and news of its beginning that comes late changes nothing",
    async (outcome) => {
      const { _id, intentId } = await world.actions.capture(await world.authorized());
      const control = (path: string, body: object) =>
        fetch(`${world.double.url}/control/${path}`, {
          method: "POST",
          body: JSON.stringify({ payment_intent: intentId, ...body }),
        });
      const disputes = () =>
        world.double.state.disputes.all().filter(({ payment_intent }) => payment_intent === intentId);
      world.double.faults.add({ kind: "webhook_duplicate", operation: "*" });
      world.double.faults.add({ kind: "webhook_hold", operation: "charge.dispute.created" });
      await control("disputes", {});
      await control("disputes/close", { status: outcome });
      const closed = await until(_id, ({ disputeClosed }) => disputeClosed !== undefined);
      expect(closed).toMatchObject({ disputeClosed: { outcome }, disputedTime: expect.any(Date) });
      world.double.faults.clear();
      world.double.releaseWebhooks();
      await allTold(disputes());
      expect((await world.payment(_id)).version).toBe(closed.version);
      await control("disputes", {});
      const again = await until(_id, ({ disputeClosed }) => !disputeClosed);
      expect(again.history.at(-1)).toMatchObject({ type: "payment_disputed" });
      if (outcome === "lost") return;
      await control("disputes/close", { status: outcome });
      await until(_id, ({ disputeClosed }) => disputeClosed !== undefined);
      expect((await world.actions.refund(await world.payment(_id))).status).toBe(PaymentStatus.REFUNDED);
    },
  );

  it("of a dispute's end that comes once more says nothing of another dispute, which is open", async () => {
    const { _id, intentId } = await world.actions.capture(await world.authorized());
    const control = (path: string, body: object) =>
      fetch(`${world.double.url}/control/${path}`, {
        method: "POST",
        body: JSON.stringify({ payment_intent: intentId, ...body }),
      });
    await control("disputes", {});
    await control("disputes/close", { status: "won" });
    await until(_id, ({ disputeClosed }) => disputeClosed !== undefined);
    await control("disputes", {});
    const open = await until(_id, ({ disputeClosed }) => !disputeClosed);
    const ends = world.double.state.events.all().filter(({ type }) => type === "charge.dispute.closed");
    expect((await post(JSON.stringify(ends.at(-1)))).status).toBe(200);
    expect((await world.payment(_id)).version).toBe(open.version);
  });

  it("of a dispute marks the payment", async () => {
    const { _id, intentId } = await world.actions.capture(await world.authorized());
    await fetch(`${world.double.url}/control/disputes`, {
      method: "POST",
      body: JSON.stringify({ payment_intent: intentId }),
    });
    await until(_id, ({ disputedTime }) => disputedTime !== undefined);
  });
});
