import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, it } from "@jest/globals";
import Stripe from "stripe";
import { type StripeDouble, startStripeDouble } from "./server.ts";

/**
 * What the payments service may rely on, asked through the official SDK: of the double always, and of Stripe's own
 * test mode when STRIPE_TEST_SECRET_KEY is set.
 */
const double: StripeDouble = await startStripeDouble();
afterAll(() => double.close());

const testKey = process.env.STRIPE_TEST_SECRET_KEY;
const targets: [string, Stripe][] = [
  [
    "the double",
    new Stripe(double.secretKey, {
      host: "127.0.0.1",
      port: double.port,
      protocol: "http",
      maxNetworkRetries: 0,
    }),
  ],
  ...(testKey
    ? [["Stripe's test mode", new Stripe(testKey, { maxNetworkRetries: 0 })] satisfies [string, Stripe]]
    : []),
];

describe.each(targets)("contract with %s", (name, stripe) => {
  const create = (
    extra: Partial<Stripe.PaymentIntentCreateParams> = {},
    options: Stripe.RequestOptions = {},
  ) =>
    stripe.paymentIntents.create(
      {
        amount: 4200,
        currency: "usd",
        capture_method: "manual",
        automatic_payment_methods: { enabled: true, allow_redirects: "never" },
        metadata: { order_id: randomUUID() },
        ...extra,
      },
      options,
    );
  const authorize = async (extra: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
    create({ confirm: true, payment_method: "pm_card_visa", ...extra });
  /** The error of a call that must be refused. */
  const refusal = async (call: Promise<unknown>): Promise<Stripe.errors.StripeError> => {
    const error = await call.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error instanceof Stripe.errors.StripeError) return error;
    throw new Error(`Expected a refusal by Stripe, got ${error}`);
  };

  it("holds the amount when a manual intent is confirmed, and takes it when captured", async () => {
    const created = await create();
    expect(created).toMatchObject({
      status: "requires_payment_method",
      amount: 4200,
      latest_charge: null,
      livemode: false,
    });
    expect(created.client_secret).toMatch(new RegExp(`^${created.id}_secret_`));

    const held = await stripe.paymentIntents.confirm(created.id, { payment_method: "pm_card_visa" });
    expect(held).toMatchObject({ status: "requires_capture", amount_capturable: 4200, amount_received: 0 });

    const captured = await stripe.paymentIntents.capture(created.id);
    expect(captured).toMatchObject({ status: "succeeded", amount_capturable: 0, amount_received: 4200 });
  });

  it("expands the charge, whose time says when the payment was authorised", async () => {
    const before = Math.floor(Date.now() / 1000) - 5;
    const { id } = await authorize();
    const { latest_charge: charge } = await stripe.paymentIntents.retrieve(id, { expand: ["latest_charge"] });
    if (charge === null || typeof charge === "string") throw new Error("not expanded");
    expect(charge).toMatchObject({
      object: "charge",
      status: "succeeded",
      captured: false,
      payment_intent: id,
    });
    expect(charge.created).toBeGreaterThanOrEqual(before);
    expect((await stripe.charges.list({ payment_intent: id })).data.map((each) => each.id)).toEqual([
      charge.id,
    ]);
    expect((await stripe.charges.retrieve(charge.id)).id).toBe(charge.id);
  });

  it("refuses a declined card with its reason and asks for another payment method", async () => {
    const { id } = await create();
    const error = await refusal(
      stripe.paymentIntents.confirm(id, { payment_method: "pm_card_chargeDeclined" }),
    );
    expect(error).toMatchObject({
      statusCode: 402,
      rawType: "card_error",
      code: "card_declined",
      decline_code: "generic_decline",
    });
    expect(error.payment_intent).toMatchObject({ id, status: "requires_payment_method" });

    const declined = await stripe.paymentIntents.retrieve(id);
    expect(declined.last_payment_error).toMatchObject({ type: "card_error", code: "card_declined" });
    expect(declined.payment_method).toBeNull();
    expect(await stripe.paymentIntents.confirm(id, { payment_method: "pm_card_visa" })).toMatchObject({
      status: "requires_capture",
      last_payment_error: null,
    });
  });

  it("asks for 3-D Secure before it charges", async () => {
    const { id } = await create();
    const waiting = await stripe.paymentIntents.confirm(id, {
      payment_method: "pm_card_threeDSecure2Required",
    });
    expect(waiting).toMatchObject({ status: "requires_action", latest_charge: null });
    expect(waiting.next_action?.type).toBe("use_stripe_sdk");
    const redirected = await stripe.paymentIntents.confirm((await create()).id, {
      payment_method: "pm_card_threeDSecure2Required",
      return_url: "https://example.com/return",
    });
    expect(redirected.next_action).toMatchObject({ type: "redirect_to_url" });
  });

  it("releases the hold when cancelled, and refuses to capture or cancel after that", async () => {
    const { id } = await authorize();
    expect(await stripe.paymentIntents.cancel(id)).toMatchObject({
      status: "canceled",
      amount_capturable: 0,
    });
    for (const call of [stripe.paymentIntents.capture(id), stripe.paymentIntents.cancel(id)]) {
      expect(await refusal(call)).toMatchObject({ statusCode: 400, code: "payment_intent_unexpected_state" });
    }
  });

  it("refuses to cancel or to capture again what was captured", async () => {
    const { id } = await authorize();
    await stripe.paymentIntents.capture(id);
    for (const call of [stripe.paymentIntents.cancel(id), stripe.paymentIntents.capture(id)]) {
      const error = await refusal(call);
      expect(error).toMatchObject({ code: "payment_intent_unexpected_state" });
      expect(error.payment_intent).toMatchObject({ id, status: "succeeded" });
    }
  });

  it("refunds a captured payment once", async () => {
    const { id } = await authorize();
    await stripe.paymentIntents.capture(id);
    const refund = await stripe.refunds.create({ payment_intent: id, metadata: { order_id: "o" } });
    expect(refund).toMatchObject({ amount: 4200, status: "succeeded", payment_intent: id });
    expect(await refusal(stripe.refunds.create({ payment_intent: id }))).toMatchObject({
      code: "charge_already_refunded",
    });
    expect((await stripe.refunds.list({ payment_intent: id })).data).toHaveLength(1);
    expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({ id: refund.id });
    const { latest_charge } = await stripe.paymentIntents.retrieve(id, { expand: ["latest_charge"] });
    expect(latest_charge).toMatchObject({ refunded: true, amount_refunded: 4200 });
  });

  it("repeats the first answer for an idempotency key, and refuses the key for anything else", async () => {
    const idempotencyKey = randomUUID();
    const metadata = { order_id: idempotencyKey };
    const first = await create({ metadata }, { idempotencyKey });
    const second = await create({ metadata }, { idempotencyKey });
    expect(second.id).toBe(first.id);
    expect(second.lastResponse.headers["idempotent-replayed"]).toBe("true");
    const error = await refusal(create({ metadata, amount: 4300 }, { idempotencyKey }));
    expect(error).toMatchObject({ statusCode: 400, rawType: "idempotency_error" });
  });

  it("repeats a decline for the same idempotency key without another attempt", async () => {
    const { id } = await create();
    const idempotencyKey = randomUUID();
    const attempt = () =>
      stripe.paymentIntents.confirm(id, { payment_method: "pm_card_chargeDeclined" }, { idempotencyKey });
    expect((await refusal(attempt())).code).toBe("card_declined");
    expect((await refusal(attempt())).code).toBe("card_declined");
    expect((await stripe.charges.list({ payment_intent: id })).data).toHaveLength(1);
  });

  // docs.stripe.com/api/idempotent_requests and docs.stripe.com/error-low-level#content-errors
  it("repeats a refusal for the same idempotency key although its cause is gone; another key is asked anew", async () => {
    const { id } = await authorize();
    const refund = (idempotencyKey: string) =>
      stripe.refunds.create({ payment_intent: id }, { idempotencyKey });
    const [first, second] = [randomUUID(), randomUUID()];
    expect(await refusal(refund(first))).toMatchObject({ statusCode: 400, rawType: "invalid_request_error" });
    await stripe.paymentIntents.capture(id);
    const again = await refusal(refund(first));
    expect(again).toMatchObject({ statusCode: 400, headers: { "idempotent-replayed": "true" } });
    expect(await refund(second)).toMatchObject({ amount: 4200 });
  });

  // docs.stripe.com/api/idempotent_requests: "If incoming parameters fail validation … no idempotent result is saved"
  it("keeps no answer for a request that was never begun: a parameter is missing", async () => {
    const options = { idempotencyKey: randomUUID() };
    const incomplete: Partial<Stripe.PaymentIntentCreateParams> = { amount: undefined };
    expect(await refusal(create(incomplete, options))).toMatchObject({ code: "parameter_missing" });
    const metadata = { order_id: options.idempotencyKey };
    expect(await create({ metadata }, options)).toMatchObject({ amount: 4200 });
  });

  // docs.stripe.com/refunds and docs.stripe.com/testing#refunds
  it("says of a refund that waits that it is pending, and lists it with its charge", async () => {
    const { id } = await create({ confirm: true, payment_method: "pm_card_pendingRefund" });
    await stripe.paymentIntents.capture(id);
    const metadata = { operation_id: "o:refund:1" };
    const refund = await stripe.refunds.create({ payment_intent: id, metadata });
    expect(refund).toMatchObject({ status: "pending", metadata });
    const intent = await stripe.paymentIntents.retrieve(id, { expand: ["latest_charge.refunds"] });
    expect(intent.latest_charge).toMatchObject({ refunds: { data: [{ id: refund.id, metadata }] } });
  });

  // docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
  it.each([
    ["usd", 49, 50],
    ["eur", 49, 50],
    ["gbp", 29, 30],
    ["jpy", 49, 50],
    ["czk", 1_499, 1_500],
  ])("charges no less than the least of %s", async (currency, less, least) => {
    const error = await refusal(create({ currency, amount: less }));
    expect(error).toMatchObject({ rawType: "invalid_request_error", code: "amount_too_small" });
    // An account asks for more where its own currency, after conversion, is worth less than its least.
    if (name === "the double") {
      expect(await create({ currency, amount: least })).toMatchObject({ amount: least, currency });
    }
  });

  // docs.stripe.com/currencies#three-decimal
  it("takes amounts of currencies with three decimals only with a last digit of 0", async () => {
    expect(await refusal(create({ currency: "kwd", amount: 5_124 }))).toMatchObject({ statusCode: 400 });
    expect(await create({ currency: "kwd", amount: 5_120 })).toMatchObject({ amount: 5_120 });
  });

  // docs.stripe.com/error-low-level: content errors, 401
  it("refuses a key that is none of its own, and keeps nothing of that", async () => {
    const stranger = new Stripe("sk_test_of_nobody", {
      ...(name === "the double" && { host: "127.0.0.1", port: double.port, protocol: "http" as const }),
      maxNetworkRetries: 0,
    });
    expect(await refusal(stranger.paymentIntents.retrieve("pi_1"))).toMatchObject({ statusCode: 401 });
  });

  it("acts once when the same key comes twice at the same time", async () => {
    const idempotencyKey = randomUUID();
    const metadata = { order_id: idempotencyKey };
    const results = await Promise.allSettled([1, 2, 3].map(() => create({ metadata }, { idempotencyKey })));
    const ids = new Set(
      results.flatMap((result) => (result.status === "fulfilled" ? [result.value.id] : [])),
    );
    expect(ids.size).toBe(1);
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason).toMatchObject({ statusCode: 409 });
    }
  });

  it("refuses what it does not know in Stripe's words", async () => {
    for (const id of ["pi_unknown", "pi-unknown"]) {
      expect(await refusal(stripe.paymentIntents.retrieve(id))).toMatchObject({
        statusCode: 404,
        code: "resource_missing",
      });
    }
    expect(await refusal(create({ amount: 10 }))).toMatchObject({
      statusCode: 400,
      code: "amount_too_small",
    });
    const unknown: Record<string, unknown> = { colour: "red" };
    expect(await refusal(create(unknown))).toMatchObject({
      statusCode: 400,
      code: "parameter_unknown",
      param: "colour",
    });
  });

  it("lists intents of a span of time, newest first, page by page", async () => {
    const since = Math.floor(Date.now() / 1000) - 5;
    const made = [await create(), await create(), await create()].map((intent) => intent.id);
    const found: string[] = [];
    for await (const intent of stripe.paymentIntents.list({ created: { gte: since }, limit: 2 }))
      found.push(intent.id);
    expect(found.filter((id) => made.includes(id))).toEqual(made.toReversed());
  });

  it("changes metadata key by key", async () => {
    const { id, metadata } = await create();
    const updated = await stripe.paymentIntents.update(id, { metadata: { seat: "A1" } });
    expect(updated.metadata).toEqual({ ...metadata, seat: "A1" });
    expect((await stripe.paymentIntents.update(id, { metadata: { seat: "" } })).metadata).toEqual(metadata);
  });

  it("records an event for each step", async () => {
    const { id } = await authorize();
    await stripe.paymentIntents.capture(id);
    const types = [
      "payment_intent.created",
      "payment_intent.amount_capturable_updated",
      "payment_intent.succeeded",
    ];
    const events = await stripe.events.list({ types, limit: 30 });
    const mine = events.data.filter((event) => "id" in event.data.object && event.data.object.id === id);
    expect(mine.map((event) => event.type).toSorted()).toEqual(types.toSorted());
  });
});
