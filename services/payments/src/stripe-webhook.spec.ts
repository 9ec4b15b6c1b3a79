import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import type { HttpResponse } from "@ticketing/runtime/serving/serve";
import { openPaymentWorld, type PaymentWorld } from "../testing/payment-world.ts";
import { type WebhookCalls, webhookCalls } from "../testing/webhook-calls.ts";
import { createPaymentActions } from "./payment-actions.ts";
import type { StripeGateway } from "./stripe-gateway.ts";
import { createStripeWebhook } from "./stripe-webhook.ts";

let world: PaymentWorld;
let calls: WebhookCalls;
beforeAll(async () => {
  world = await openPaymentWorld();
  calls = webhookCalls(world);
}, 60_000);
afterAll(() => world?.close());
beforeEach(() => world.double.faults.clear());

describe("a webhook", () => {
  it("records the authorisation with the time of the charge", async () => {
    const { order, secret } = await calls.started();
    await world.confirm(secret);
    const payment = await calls.until(order.id, ({ status }) => status === PaymentStatus.AUTHORIZED);
    const charge = world.double.state.charges
      .all()
      .find(({ payment_intent }) => payment_intent === payment.intentId);
    expect(payment.authorizedTime?.getTime()).toBe((charge?.created ?? 0) * 1000);
  });

  it("changes nothing when it comes again, also days later with a new signature", async () => {
    const { order, secret } = await calls.started();
    await world.confirm(secret);
    const { version } = await calls.until(order.id, ({ status }) => status === PaymentStatus.AUTHORIZED);
    const body = calls.event(order.id, "payment_intent.amount_capturable_updated");
    for (let time = 0; time < 3; time++) expect((await calls.post(body)).status).toBe(200);
    expect((await world.payment(order.id)).version).toBe(version);
    await world.actions.capture(await world.payment(order.id));
    expect((await calls.post(body)).status).toBe(200);
    expect((await world.payment(order.id)).status).toBe(PaymentStatus.CAPTURED);
  });

  it("that says only what the payment shows is not looked into, whatever the order of all", async () => {
    const { order, secret } = await calls.started();
    await world.confirm(secret, "pm_card_chargeDeclined");
    await world.confirm(secret);
    await calls.until(
      order.id,
      ({ status, declines }) => status === PaymentStatus.AUTHORIZED && declines === 1,
    );
    await world.actions.capture(await world.payment(order.id));
    await calls.allTold(world.intents(order.id));
    const { version } = await world.payment(order.id);
    world.calls.length = 0;
    for (const type of ["succeeded", "payment_failed", "amount_capturable_updated"]) {
      expect((await calls.post(calls.event(order.id, `payment_intent.${type}`))).status).toBe(200);
    }
    expect(world.calls).not.toContain("fetch");
    expect((await world.payment(order.id)).version).toBe(version);
    // What the payment does not show yet is looked into, and believed only then.
    const other = await calls.started();
    const body = calls
      .event(order.id, "payment_intent.succeeded")
      .replaceAll(String(world.intents(order.id)[0]?.id), String(world.intents(other.order.id)[0]?.id));
    expect((await calls.post(body)).status).toBe(200);
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
        const body = calls.event(payment._id, "payment_intent.succeeded");
        message = webhook({
          method: "POST",
          headers: { "stripe-signature": calls.sign(body) },
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
    await calls.until(payment._id, ({ status }) => status === PaymentStatus.CAPTURED);
  });

  it("comes through duplicated and out of order", async () => {
    world.double.faults.add({ kind: "webhook_duplicate", operation: "*" });
    world.double.faults.add({
      kind: "webhook_reorder",
      operation: "payment_intent.payment_failed",
      count: 1,
    });
    const { order, secret } = await calls.started();
    await world.confirm(secret, "pm_card_chargeDeclined");
    await world.confirm(secret);
    const payment = await calls.until(
      order.id,
      ({ status, declines }) => status === PaymentStatus.AUTHORIZED && declines === 1,
    );
    expect(payment.lastDeclineCode).toBe("generic_decline");
  });

  it("counts a decline once per event", async () => {
    const { order, secret } = await calls.started();
    await world.confirm(secret, "pm_card_chargeDeclined");
    await calls.until(order.id, ({ declines }) => declines === 1);
    const body = calls.event(order.id, "payment_intent.payment_failed");
    await Promise.all([calls.post(body), calls.post(body), calls.post(body)]);
    expect((await world.payment(order.id)).declines).toBe(1);
    await world.confirm(secret, "pm_card_chargeDeclined");
    await calls.until(order.id, ({ declines }) => declines === 2);
  });

  it("signed with either secret, or with both, is good while one replaces the other", async () => {
    const body = JSON.stringify({ id: "evt_1", object: "v3.event" });
    const [old, current] = [calls.sign(body, Date.now(), "whsec_replaced"), calls.sign(body)];
    // Stripe signs with both secrets of an endpoint whose secret is rolled.
    const both = `${old},${current.split(",")[1]}`;
    for (const signature of [old, current, both])
      expect((await calls.post(body, signature)).status).toBe(200);
    expect((await calls.post(body, calls.sign(body, Date.now(), "whsec_replaced,whsec_double"))).status).toBe(
      400,
    );
    expect((await calls.post(body, calls.sign(body, Date.now(), ""))).status).toBe(400);
  });

  it.each([
    ["a missing signature", (body: string) => calls.post(body, "")],
    ["another secret", (body: string) => calls.post(body, calls.sign(body, Date.now(), "whsec_other"))],
    ["an altered body", (body: string) => calls.post(`${body} `, calls.sign(body))],
    [
      "a signature older than 300 s",
      (body: string) => calls.post(body, calls.sign(body, Date.now() - 301_000)),
    ],
    ["a body that is no event", () => calls.post("{}", "t=1,v1=00")],
  ])("with %s is refused and changes nothing", async (_name, send) => {
    const { order, secret } = await calls.started();
    world.double.faults.add({ kind: "webhook_hold", operation: "*" });
    await world.confirm(secret);
    const body = calls.event(order.id, "payment_intent.amount_capturable_updated");
    const { status, body: answer } = await send(body);
    expect([status, Buffer.from(answer ?? "").toString()]).toEqual([
      400,
      expect.stringContaining("ErrorInfo"),
    ]);
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
    expect((await calls.post(body)).status).toBe(200);
    expect((await calls.post(body, calls.sign(body, Date.now(), "whsec_other"))).status).toBe(400);
    expect((await calls.post(body, calls.sign(body, Date.now() - 301_000))).status).toBe(400);
  });

  it("of somebody else's PaymentIntent is accepted and ignored", async () => {
    const { order, secret } = await calls.started();
    await world.confirm(secret);
    await calls.until(order.id, ({ status }) => status === PaymentStatus.AUTHORIZED);
    const body = calls
      .event(order.id, "payment_intent.amount_capturable_updated")
      .replaceAll(String(world.intents(order.id)[0]?.id), "pi_of_another_shop");
    expect((await calls.post(body)).status).toBe(200);
  });

  it("that cannot be served now is sent again by Stripe", async () => {
    const { order, secret } = await calls.started();
    world.double.faults.add({ kind: "error_before", operation: "payment_intents.retrieve", count: 4 });
    await world.confirm(secret);
    await calls.until(order.id, ({ status }) => status === PaymentStatus.AUTHORIZED);
  });
});
