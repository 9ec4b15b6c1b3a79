import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import Stripe from "stripe";
import { z } from "zod";
import { type StripeDouble, type StripeDoubleOptions, startStripeDouble } from "./server.ts";

/** What only the double can show: faults, webhooks, the browser's side, survival. */
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options: StripeDoubleOptions = {}): Promise<{ double: StripeDouble; stripe: Stripe }> {
  const double = await startStripeDouble({ webhookRetry: { firstRetry: 20, longestRetry: 100 }, ...options });
  cleanups.push(() => double.close());
  const stripe = new Stripe(double.secretKey, {
    host: "127.0.0.1",
    port: double.port,
    protocol: "http",
    maxNetworkRetries: 0,
  });
  return { double, stripe };
}

/** A receiver of webhooks that answers as told and keeps what the SDK accepted. */
async function receive(answer: (type: string) => number = () => 200) {
  const events: Stripe.Event[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const signature = request.headers["stripe-signature"] ?? "";
    const event = new Stripe("sk_test_x").webhooks.constructEvent(
      Buffer.concat(chunks),
      signature,
      "whsec_double",
    );
    events.push(event);
    response.writeHead(answer(event.type)).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => server.close());
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const until = async (count: number) => {
    for (let waited = 0; events.length < count && waited < 4000; waited += 10)
      await new Promise((done) => setTimeout(done, 10));
    return events.map((event) => event.type);
  };
  return { url: `http://127.0.0.1:${port}/webhooks/stripe`, events, until };
}

const manual = { amount: 4200, currency: "usd", capture_method: "manual" } as const;
const never = { automatic_payment_methods: { enabled: true, allow_redirects: "never" } } as const;
const held = { ...manual, ...never, confirm: true, payment_method: "pm_card_visa" } as const;
const AUTHORIZED = ["payment_intent.created", "charge.succeeded", "payment_intent.amount_capturable_updated"];

const answerSchema = z.looseObject({
  error: z.looseObject({ payment_intent: z.looseObject({}).optional() }).optional(),
  next_action: z
    .looseObject({ use_stripe_sdk: z.looseObject({ stripe_js: z.string() }).optional() })
    .nullish(),
});

/** Confirms as Stripe.js does. */
async function confirmAsBrowser(
  double: StripeDouble,
  intent: Stripe.PaymentIntent,
  fields: Record<string, string>,
) {
  const form = new URLSearchParams({
    key: double.publishableKey,
    client_secret: intent.client_secret ?? "",
    ...fields,
  });
  const response = await fetch(`${double.url}/v1/payment_intents/${intent.id}/confirm`, {
    method: "POST",
    body: form,
  });
  return { response, body: answerSchema.parse(await response.json()) };
}

describe("the browser's side", () => {
  const card = (number: string) => ({
    "payment_method_data[type]": "card",
    "payment_method_data[card][number]": number,
    "payment_method_data[card][exp_month]": "12",
    "payment_method_data[card][exp_year]": "40",
    "payment_method_data[card][cvc]": "123",
  });

  it("confirms with publishable key and client secret, and shows a browser only what it may see", async () => {
    const { double, stripe } = await start();
    const intent = await stripe.paymentIntents.create({ ...manual, metadata: { order_id: "o1" } });
    const { response, body } = await confirmAsBrowser(double, intent, card("4242 4242 4242 4242"));
    expect(body).toMatchObject({ id: intent.id, status: "requires_capture" });
    expect(body).not.toHaveProperty("metadata");
    expect(body).not.toHaveProperty("latest_charge");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("stripe-double")).toBe("true");
  });

  it("refuses a foreign client secret, and a publishable key for anything else", async () => {
    const { double, stripe } = await start();
    const intent = await stripe.paymentIntents.create(manual);
    const foreign = await confirmAsBrowser(
      double,
      { ...intent, client_secret: `${intent.id}_secret_no` },
      card("4242424242424242"),
    );
    expect(foreign.response.status).toBe(400);
    const capture = await fetch(`${double.url}/v1/payment_intents/${intent.id}/capture`, {
      method: "POST",
      body: new URLSearchParams({ key: double.publishableKey }),
    });
    expect(capture.status).toBe(403);
  });

  it("refuses live keys", async () => {
    const { double } = await start();
    const response = await fetch(`${double.url}/v1/payment_intents`, {
      headers: { authorization: "Bearer sk_live_abc" },
    });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      error: { type: "invalid_request_error", message: expect.stringContaining("live keys") },
    });
    await expect(startStripeDouble({ secretKey: "sk_live_abc" })).rejects.toThrow("test keys only");
  });

  it.each([
    ["4000 0000 0000 0002", "card_declined", "generic_decline"],
    ["4111111111111111", "card_declined", "test_mode_live_card"],
    ["4242424242424241", "incorrect_number", undefined],
  ])("card %s is refused as %s", async (number, code, decline_code) => {
    const { double, stripe } = await start();
    const intent = await stripe.paymentIntents.create(manual);
    const { response, body } = await confirmAsBrowser(double, intent, card(number));
    expect(response.status).toBe(402);
    expect(body.error).toMatchObject({ type: "card_error", code, ...(decline_code ? { decline_code } : {}) });
    expect(body.error?.payment_intent ?? {}).not.toHaveProperty("metadata");
  });

  it.each([
    ["complete", "requires_capture"],
    ["fail", "requires_payment_method"],
  ])("3-D Secure: %s ends in %s", async (outcome, status) => {
    const { double, stripe } = await start();
    const intent = await stripe.paymentIntents.create(manual);
    const { body } = await confirmAsBrowser(double, intent, card("4000 0025 0000 3155"));
    expect(body).toMatchObject({ status: "requires_action", next_action: { type: "use_stripe_sdk" } });
    const page = await fetch(body.next_action?.use_stripe_sdk?.stripe_js ?? "");
    expect(await page.text()).toContain("double of Stripe");
    const form = new URLSearchParams({
      payment_intent: intent.id,
      client_secret: intent.client_secret ?? "",
      outcome,
    });
    await fetch(`${double.url}/v3/authenticate`, { method: "POST", body: form });
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status });
  });

  it("serves a script that defines window.Stripe and says that it is a double", async () => {
    const { double } = await start();
    const script = await (await fetch(`${double.url}/v3/`)).text();
    expect(() => new Function(script)).not.toThrow();
    expect(script).toContain("window.Stripe");
    expect(script).toContain("Stripe double");
  });
});

describe("webhooks", () => {
  it("arrive signed and in order of creation", async () => {
    const receiver = await receive();
    const { stripe } = await start({ webhookUrl: receiver.url });
    const { id } = await stripe.paymentIntents.create(held);
    await stripe.paymentIntents.capture(id);
    await stripe.refunds.create({ payment_intent: id });
    expect(await receiver.until(8)).toEqual([
      ...AUTHORIZED,
      "charge.captured",
      "payment_intent.succeeded",
      "refund.created",
      "charge.refunded",
      "refund.updated",
    ]);
  });

  it("are those that the endpoint is subscribed to", async () => {
    const receiver = await receive();
    const { double, stripe } = await start({
      webhookUrl: receiver.url,
      webhookEvents: ["payment_intent.succeeded", "refund.*"],
    });
    const { id } = await stripe.paymentIntents.create(held);
    await stripe.paymentIntents.capture(id);
    await stripe.refunds.create({ payment_intent: id });
    expect(await receiver.until(3)).toEqual(["payment_intent.succeeded", "refund.created", "refund.updated"]);
    const waits = () => double.state.events.all().filter(({ pending_webhooks }) => pending_webhooks > 0);
    while (waits().length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  });

  it("come again until they are accepted, the others meanwhile", async () => {
    let refusals = 3;
    const receiver = await receive((type) => (type === "charge.succeeded" && refusals-- > 0 ? 500 : 200));
    const { stripe } = await start({ webhookUrl: receiver.url });
    await stripe.paymentIntents.create(held);
    const types = await receiver.until(6);
    expect(types.filter((type) => type === "charge.succeeded")).toHaveLength(4);
    expect(types.indexOf("payment_intent.amount_capturable_updated")).toBeLessThan(
      types.lastIndexOf("charge.succeeded"),
    );
  });

  it("can be doubled, reordered and held", async () => {
    const receiver = await receive();
    const { double, stripe } = await start({ webhookUrl: receiver.url });
    double.faults.add({ kind: "webhook_duplicate", operation: "payment_intent.created", count: 1 });
    double.faults.add({ kind: "webhook_reorder", operation: "charge.succeeded", count: 1 });
    await stripe.paymentIntents.create(held);
    expect(await receiver.until(4)).toEqual([AUTHORIZED[0], AUTHORIZED[0], AUTHORIZED[2], AUTHORIZED[1]]);

    double.faults.add({ kind: "webhook_hold", operation: "payment_intent.*" });
    await stripe.paymentIntents.create(held);
    expect(await receiver.until(5)).toHaveLength(5);
    double.releaseWebhooks();
    expect(await receiver.until(7)).toHaveLength(7);
  });
});

describe("faults", () => {
  it("an answer that is lost leaves the act done, and the key gives the answer", async () => {
    const { double, stripe } = await start();
    const { id } = await stripe.paymentIntents.create(held);
    double.faults.add({ kind: "drop_response", operation: "payment_intents.capture", count: 2 });
    const options = { idempotencyKey: "order:capture:1" };
    await expect(
      stripe.paymentIntents.capture(id, {}, { ...options, maxNetworkRetries: 0 }),
    ).resolves.toMatchObject({
      status: "succeeded",
    });
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe("succeeded");
  });

  it.each([
    ["error_before", "requires_capture", "succeeded"],
    ["saved_error_before", "requires_capture", "requires_capture"],
    ["error_after", "succeeded", "succeeded"],
  ] as const)("%s leaves the payment %s, and the same key ends with %s", async (kind, left, ended) => {
    const { double, stripe } = await start();
    const { id } = await stripe.paymentIntents.create(held);
    double.faults.add({ kind, operation: "payment_intents.capture", count: 1 });
    const capture = () => stripe.paymentIntents.capture(id, {}, { idempotencyKey: "order:capture:1" });
    await expect(capture()).rejects.toMatchObject({ statusCode: 500, rawType: "api_error" });
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe(left);
    await capture().catch(() => {});
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe(ended);
  });

  it("a second request with a key that is in use is refused", async () => {
    const { double, stripe } = await start();
    double.faults.add({ kind: "delay", operation: "payment_intents.create", count: 1, milliseconds: 200 });
    const options = { idempotencyKey: "same" };
    const first = stripe.paymentIntents.create(manual, options);
    await new Promise((done) => setTimeout(done, 50));
    await expect(stripe.paymentIntents.create(manual, options)).rejects.toMatchObject({ statusCode: 409 });
    await first;
    expect((await stripe.paymentIntents.create(manual, options)).id).toBe((await first).id);
  });

  it("a call that hangs acts once the faults are removed, though nobody waits for it any more", async () => {
    const { double, stripe } = await start();
    const [one, other] = [await stripe.paymentIntents.create(held), await stripe.paymentIntents.create(held)];
    double.faults.add({ kind: "hang", operation: "payment_intents.capture", objects: [one.id] });
    const impatient = { timeout: 200, maxNetworkRetries: 0 };
    await expect(stripe.paymentIntents.capture(one.id, {}, impatient)).rejects.toMatchObject({
      type: "StripeConnectionError",
    });
    expect((await stripe.paymentIntents.capture(other.id)).status).toBe("succeeded");
    expect((await stripe.paymentIntents.retrieve(one.id)).status).toBe("requires_capture");
    double.faults.clear();
    expect((await stripe.paymentIntents.retrieve(one.id)).status).toBe("succeeded");
  });

  it.each([
    ["payment_intents.create", () => "o-1"],
    ["refunds.create", (id: string) => id],
  ] as const)("%s can be told apart by what it is about", async (operation, objectOf) => {
    const { double, stripe } = await start();
    const { id } = await stripe.paymentIntents.create(held);
    await stripe.paymentIntents.capture(id);
    double.faults.add({ kind: "reject", operation, objects: [objectOf(id)], status: 429 });
    const call = (orderId: string, intentId: string) =>
      operation === "refunds.create"
        ? stripe.refunds.create({ payment_intent: intentId })
        : stripe.paymentIntents.create({ ...held, metadata: { order_id: orderId } });
    const { id: another } = await stripe.paymentIntents.create({ ...held, metadata: { order_id: "o-2" } });
    await stripe.paymentIntents.capture(another);
    await expect(call("o-1", id)).rejects.toMatchObject({ statusCode: 429 });
    await call("o-2", another);
  });

  // docs.stripe.com/error-low-level#idempotency: what is answered before a request begins is kept nowhere.
  it.each([
    [401, "invalid_request_error", "StripeAuthenticationError"],
    [403, "invalid_request_error", "StripePermissionError"],
    [409, "idempotency_error", "StripeAPIError"],
    [429, "rate_limit_error", "StripeRateLimitError"],
  ] as const)(
    "a call that is rejected with %d acts with the same key next time",
    async (status, type, name) => {
      const { double, stripe } = await start();
      double.faults.add({ kind: "reject", operation: "payment_intents.create", count: 1, status, type });
      const create = () => stripe.paymentIntents.create(manual, { idempotencyKey: "k" });
      await expect(create()).rejects.toMatchObject({ statusCode: status, rawType: type, type: name });
      expect(await create()).toMatchObject({ amount: 4200 });
    },
  );

  // docs.stripe.com/error-low-level#content-errors
  it("a refused call is refused again with the same key", async () => {
    const { double, stripe } = await start();
    const fault = { status: 402, type: "card_error", code: "card_declined" } as const;
    double.faults.add({ kind: "refuse", operation: "payment_intents.create", count: 1, ...fault });
    const create = (idempotencyKey: string) => stripe.paymentIntents.create(manual, { idempotencyKey });
    for (let time = 0; time < 2; time++) {
      await expect(create("k")).rejects.toMatchObject({ statusCode: 402, code: "card_declined" });
    }
    expect(await create("another")).toMatchObject({ amount: 4200 });
  });

  it("are switched over HTTP; another site's page cannot", async () => {
    const { double } = await start();
    const body = JSON.stringify({ kind: "delay", operation: "refunds.*", milliseconds: 5, count: 2 });
    const url = `${double.url}/control/faults`;
    expect(
      (await fetch(url, { method: "POST", body, headers: { origin: "http://evil.example" } })).status,
    ).toBe(403);
    expect(await (await fetch(url, { method: "POST", body })).json()).toMatchObject({
      kind: "delay",
      count: 2,
    });
    expect((await fetch(url, { method: "POST", body: '{"kind":"fire"}' })).status).toBe(400);
    expect(await (await fetch(`${double.url}/control/state`)).json()).toMatchObject({
      double: true,
      faults: [{ kind: "delay" }],
    });
    await fetch(url, { method: "DELETE" });
    expect(double.faults.all()).toEqual([]);
  });

  it("an authorisation can lapse and a payment be disputed", async () => {
    const receiver = await receive();
    const { double, stripe } = await start({ webhookUrl: receiver.url });
    const control = (path: string, id: string) =>
      fetch(`${double.url}/control/${path}`, {
        method: "POST",
        body: JSON.stringify({ payment_intent: id }),
      });
    const lapsed = await stripe.paymentIntents.create(held);
    await control("authorizations/expire", lapsed.id);
    await expect(stripe.paymentIntents.capture(lapsed.id)).rejects.toMatchObject({
      code: "payment_intent_unexpected_state",
    });
    const paid = await stripe.paymentIntents.create(held);
    await stripe.paymentIntents.capture(paid.id);
    await control("disputes", paid.id);
    expect(await receiver.until(11)).toContain("charge.dispute.created");
    expect((await stripe.disputes.list({ payment_intent: paid.id })).data).toHaveLength(1);
  });

  // docs.stripe.com/api/events/types#event_types-charge.dispute.closed
  it.each([
    ["won", "succeeded"],
    ["warning_closed", "succeeded"],
    ["lost", "charge_disputed"],
  ])("a dispute that is %s is told, and a refund of its charge is %s then", async (status, refunded) => {
    const receiver = await receive();
    const { double, stripe } = await start({ webhookUrl: receiver.url });
    const control = (path: string, body: object) =>
      fetch(`${double.url}/control/${path}`, { method: "POST", body: JSON.stringify(body) });
    const { id: payment_intent } = await stripe.paymentIntents.create(held);
    await stripe.paymentIntents.capture(payment_intent);
    const refund = () =>
      stripe.refunds.create({ payment_intent }).then(
        (made) => made.status,
        (error: { code: string }) => error.code,
      );
    await control("disputes", { payment_intent });
    expect(await refund()).toBe("charge_disputed");
    await control("disputes/close", { payment_intent, status });
    expect((await stripe.disputes.list({ payment_intent })).data).toMatchObject([{ status }]);
    expect(await refund()).toBe(refunded);
    expect((await control("disputes/close", { payment_intent, status })).status).toBe(400);
    expect(await receiver.until(8)).toContain("charge.dispute.closed");
  });

  // docs.stripe.com/api/disputes/update and docs.stripe.com/disputes/testing
  it.each([
    ["winning_evidence", "won", "charge.dispute.funds_reinstated"],
    ["losing_evidence", "lost", "charge.dispute.closed"],
    ["anything else", "under_review", "charge.dispute.updated"],
  ])("a dispute takes evidence once, and after %s it is %s", async (text, status, told) => {
    const { double, stripe } = await start({});
    const { id: payment_intent } = await stripe.paymentIntents.create(held);
    await stripe.paymentIntents.capture(payment_intent);
    const body = JSON.stringify({ payment_intent, due_by: 1_900_000_000 });
    await fetch(`${double.url}/control/disputes`, { method: "POST", body });
    const id = String(double.state.disputes.all()[0]?.id);
    const evidence = { uncategorized_text: text };
    expect(await stripe.disputes.update(id, { evidence, submit: false })).toMatchObject({
      status: "needs_response",
      evidence_details: { due_by: 1_900_000_000, has_evidence: true, submission_count: 0 },
    });
    await stripe.disputes.update(id, { evidence });
    expect(await stripe.disputes.retrieve(id)).toMatchObject({
      ...{ status, evidence, evidence_details: { has_evidence: true, submission_count: 1, past_due: false } },
    });
    await expect(stripe.disputes.update(id, { evidence })).rejects.toMatchObject({
      type: "StripeInvalidRequestError",
    });
    expect(double.state.events.all().at(-1)?.type).toBe(told);
  });

  // docs.stripe.com/api/disputes/update
  it("a draft of evidence can be changed, up to what is taken in all, by the fields that there are", async () => {
    const { double, stripe } = await start({});
    const { id: payment_intent } = await stripe.paymentIntents.create(held);
    await stripe.paymentIntents.capture(payment_intent);
    const body = JSON.stringify({ payment_intent });
    await fetch(`${double.url}/control/disputes`, { method: "POST", body });
    const id = String(double.state.disputes.all()[0]?.id);
    const stage = (evidence: Stripe.DisputeUpdateParams.Evidence) =>
      stripe.disputes.update(id, { evidence, submit: false });
    await stage({ product_description: "A ticket", service_date: "2030-01-01" });
    expect((await stage({ service_date: "" })).evidence).toEqual({ product_description: "A ticket" });
    const long = "a".repeat(20_000);
    const fields = ["access_activity_log", "cancellation_rebuttal", "customer_name", "billing_address"];
    const more = ["shipping_carrier", "refund_refusal_explanation", "uncategorized_text"];
    await stage(Object.fromEntries([...fields, ...more].map((name) => [name, long])));
    const isRefused = { type: "StripeInvalidRequestError" };
    await expect(stage({ product_description: long })).rejects.toMatchObject(isRefused);
    await expect(stage({ service_date: `${long}a` })).rejects.toMatchObject(isRefused);
    await expect(stage({ receipt: "file_1" })).rejects.toMatchObject(isRefused);
  });

  // docs.stripe.com/disputes/how-disputes-work#inquiries
  it("an inquiry withdraws nothing before it becomes a dispute, and its charge can be refunded", async () => {
    const { double, stripe } = await start({});
    const control = async (path: string, body: object) =>
      fetch(`${double.url}/control/${path}`, { method: "POST", body: JSON.stringify(body) });
    const { id: payment_intent } = await stripe.paymentIntents.create(held);
    await stripe.paymentIntents.capture(payment_intent);
    const withdrawn = () =>
      double.state.events.all().filter(({ type }) => type === "charge.dispute.funds_withdrawn").length;
    await control("disputes", { payment_intent, inquiry: true });
    expect((await stripe.disputes.list({ payment_intent })).data).toMatchObject([
      { status: "warning_needs_response", is_charge_refundable: true },
    ]);
    expect(withdrawn()).toBe(0);
    await stripe.refunds.create({ payment_intent, amount: 1 });
    await control("disputes/escalate", { payment_intent });
    expect(withdrawn()).toBe(1);
    await expect(stripe.refunds.create({ payment_intent })).rejects.toMatchObject({
      code: "charge_disputed",
    });
    expect((await control("disputes/escalate", { payment_intent })).status).toBe(400);
  });
});

// docs.stripe.com/refunds#failed-refunds
describe("a refund", () => {
  it("can fail after it had succeeded: the money is the account's again, and can be refunded again", async () => {
    const receiver = await receive();
    const { double, stripe } = await start({ webhookUrl: receiver.url });
    const { id } = await stripe.paymentIntents.create(held);
    await stripe.paymentIntents.capture(id);
    const refund = await stripe.refunds.create({ payment_intent: id });
    const settle = (status: string) =>
      fetch(`${double.url}/control/refunds/settle`, {
        method: "POST",
        body: JSON.stringify({ refund: refund.id, status, failure_reason: "lost_or_stolen_card" }),
      });
    await settle("failed");
    expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({
      status: "failed",
      failure_reason: "lost_or_stolen_card",
    });
    const types = (await receiver.until(11)).slice(8);
    expect(types).toEqual(["charge.refund.updated", "refund.updated", "refund.failed"]);
    const { latest_charge } = await stripe.paymentIntents.retrieve(id, {
      expand: ["latest_charge.refunds"],
    });
    expect(latest_charge).toMatchObject({ refunded: false, amount_refunded: 0 });
    expect((await settle("succeeded")).status).toBe(400);
    expect(await stripe.refunds.create({ payment_intent: id })).toMatchObject({ status: "succeeded" });
  });
});

describe("a restart", () => {
  it("keeps acknowledged state, kept answers and undelivered webhooks, and no card number", async () => {
    const directory = mkdtempSync(join(tmpdir(), "stripe-double-"));
    cleanups.push(() => rmSync(directory, { recursive: true }));
    const stateFile = join(directory, "state.jsonl");
    const first = await startStripeDouble({ stateFile, webhookUrl: "http://127.0.0.1:9/" });
    const before = new Stripe(first.secretKey, { host: "127.0.0.1", port: first.port, protocol: "http" });
    const intent = await before.paymentIntents.create(manual, { idempotencyKey: "k" });
    await confirmAsBrowser(first, intent, {
      "payment_method_data[type]": "card",
      "payment_method_data[card][number]": "4242424242424242",
      "payment_method_data[card][exp_month]": "12",
      "payment_method_data[card][exp_year]": "2040",
    });
    await first.close();

    const receiver = await receive();
    const { stripe, double } = await start({ stateFile, webhookUrl: receiver.url });
    expect(await receiver.until(3)).toEqual(AUTHORIZED);
    expect((await stripe.paymentIntents.create(manual, { idempotencyKey: "k" })).id).toBe(intent.id);
    expect(await stripe.paymentIntents.capture(intent.id)).toMatchObject({ status: "succeeded" });
    expect(readFileSync(stateFile, "utf8")).not.toContain("4242424242424242");
    expect(double.state.paymentIntents.all()).toHaveLength(1);
  });
});
