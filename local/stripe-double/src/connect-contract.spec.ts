import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, it } from "@jest/globals";
import Stripe from "stripe";
import { type StripeDouble, startStripeDouble } from "./server.ts";

/**
 * What the payouts service may rely on, asked through the official SDK, with the page of Stripe's documentation that says
 * so. Onboarding takes a person, so Stripe's own test mode is not asked.
 */
const double: StripeDouble = await startStripeDouble();
afterAll(() => double.close());
const stripe = new Stripe(double.secretKey, {
  ...{ host: "127.0.0.1", port: double.port, protocol: "http" as const, maxNetworkRetries: 0 },
});

const open = () =>
  stripe.accounts.create({
    controller: {
      stripe_dashboard: { type: "express" },
      fees: { payer: "application" },
      losses: { payments: "application" },
    },
    capabilities: { transfers: { requested: true } },
    metadata: { seller_id: randomUUID() },
  });
const control = (path: string, body: object) =>
  fetch(`${double.url}/control/${path}`, { method: "POST", body: JSON.stringify(body) });
async function ready(): Promise<string> {
  const { id } = await open();
  await control("accounts/complete", { account: id });
  return id;
}
async function charged(currency = "usd"): Promise<{ order: string; charge: string }> {
  const order = randomUUID();
  const { latest_charge: charge } = await stripe.paymentIntents.create({
    ...{ amount: 4_200, currency, confirm: true, payment_method: "pm_card_visa", transfer_group: order },
    automatic_payment_methods: { enabled: true, allow_redirects: "never" },
  });
  return { order, charge: String(charge) };
}
const transfer = (
  destination: string,
  source: string,
  more: Partial<Stripe.TransferCreateParams> = {},
  options: Stripe.RequestOptions = {},
) =>
  stripe.transfers.create(
    { amount: 4_000, currency: "usd", destination, source_transaction: source, ...more },
    options,
  );
const refusal = (call: Promise<unknown>) =>
  call.then(
    () => "done",
    (error: Stripe.errors.StripeError) => error,
  );

// https://docs.stripe.com/keys/restricted-api-keys
describe("the restricted key of payouts", () => {
  const restricted = new Stripe(double.restrictedKey, {
    ...{ host: "127.0.0.1", port: double.port, protocol: "http" as const, maxNetworkRetries: 0 },
  });

  it("moves sellers' money", async () => {
    const { charge } = await charged();
    const destination = await ready();
    const { id } = await restricted.transfers.create({
      ...{ amount: 1_000, currency: "usd", destination, source_transaction: charge },
    });
    expect((await restricted.transfers.createReversal(id)).amount).toBe(1_000);
  });

  it("neither charges nor gives back", async () => {
    const { charge } = await charged();
    for (const call of [
      restricted.paymentIntents.create({ amount: 1_000, currency: "usd" }),
      restricted.refunds.create({ charge }),
    ])
      expect(await refusal(call)).toMatchObject({ statusCode: 403 });
  });
});

// https://docs.stripe.com/connect/hosted-onboarding and https://docs.stripe.com/api/account_links/create
describe("an account", () => {
  it("takes nothing before onboarding, says what is missing, and is ready after it", async () => {
    const account = await open();
    expect(account).toMatchObject({ details_submitted: false, payouts_enabled: false });
    expect(account.requirements?.currently_due).toContain("external_account");
    const back = "https://example.com/get-paid";
    const link = await stripe.accountLinks.create({
      ...{ account: account.id, refresh_url: `${back}?again`, return_url: back, type: "account_onboarding" },
    });
    expect((await fetch(link.url)).status).toBe(200);
    const body = new URLSearchParams({ outcome: "complete" });
    const done = await fetch(link.url, { method: "POST", body, redirect: "manual" });
    expect(done.headers.get("location")).toBe(back);
    const again = await fetch(link.url, { redirect: "manual" });
    expect(again.headers.get("location")).toBe(`${back}?again`);
    const shown = await stripe.accounts.retrieve(account.id);
    expect(shown.capabilities?.transfers).toBe("active");
    expect(shown.requirements?.currently_due).toEqual([]);
  });
});

// https://docs.stripe.com/connect/separate-charges-and-transfers#transfer-availability
describe("a transfer", () => {
  it("is of the charge's group, and found by it", async () => {
    const [account, { order, charge }] = [await ready(), await charged()];
    const made = await transfer(account, charge);
    expect(made).toMatchObject({
      amount: 4_000,
      destination: account,
      transfer_group: order,
      reversed: false,
    });
    const { data } = await stripe.transfers.list({ transfer_group: order });
    expect(data.map(({ id }) => id)).toEqual([made.id]);
  });

  it("is at most what is left of the charge, whatever its key", async () => {
    const [account, { charge }] = [await ready(), await charged()];
    await transfer(account, charge);
    expect(await refusal(transfer(account, charge))).toMatchObject({ rawType: "invalid_request_error" });
    await transfer(account, charge, { amount: 200 });
    expect(await refusal(transfer(account, charge, { amount: 1 }))).toMatchObject({ statusCode: 400 });
  });

  it("is in the currency of the charge's balance transaction", async () => {
    const [account, { charge }] = [await ready(), await charged("eur")];
    expect(await refusal(transfer(account, charge))).toMatchObject({
      param: "currency",
      message: expect.stringContaining("must be the same as the transfer currency"),
    });
    expect(await transfer(account, charge, { currency: "eur" })).toMatchObject({ currency: "eur" });
  });

  it("is made once by a key, and refused to an account that cannot take it", async () => {
    const [account, { charge }] = [await ready(), await charged()];
    const idempotencyKey = randomUUID();
    const [first, second] = [
      await transfer(account, charge, {}, { idempotencyKey }),
      await transfer(account, charge, {}, { idempotencyKey }),
    ];
    expect(second.id).toBe(first.id);
    await control("accounts/restrict", { account });
    const other = await charged();
    // https://docs.stripe.com/error-codes#insufficient-capabilities-for-transfer
    expect(await refusal(transfer(account, other.charge))).toMatchObject({
      code: "insufficient_capabilities_for_transfer",
    });
  });

  // https://docs.stripe.com/api/transfer_reversals/create
  it("is taken back in parts, and then no more than is left", async () => {
    const account = await ready();
    const { id } = await transfer(account, (await charged()).charge);
    const first = await stripe.transfers.createReversal(id, { amount: 1_000 });
    const part = { reversed: false, amount_reversed: 1_000 };
    expect(await stripe.transfers.retrieve(id)).toMatchObject(part);
    expect(await refusal(stripe.transfers.createReversal(id))).toMatchObject({ statusCode: 400 });
    const second = await stripe.transfers.createReversal(id, { amount: 3_000 });
    expect(await stripe.transfers.retrieve(id)).toMatchObject({ reversed: true, amount_reversed: 4_000 });
    const shown = (await stripe.transfers.listReversals(id)).data.map((reversal) => reversal.id);
    expect(shown.sort()).toEqual([first.id, second.id].sort());
  });

  it("is taken back once, out of what the account has", async () => {
    const account = await ready();
    const [one, two] = [await charged(), await charged()];
    const [first, second] = [await transfer(account, one.charge), await transfer(account, two.charge)];
    const reversal = await stripe.transfers.createReversal(first.id);
    expect(reversal).toMatchObject({ amount: 4_000, transfer: first.id });
    expect(await stripe.transfers.retrieve(first.id)).toMatchObject({
      reversed: true,
      amount_reversed: 4_000,
    });
    expect((await stripe.transfers.listReversals(first.id)).data.map(({ id }) => id)).toEqual([reversal.id]);
    expect(await refusal(stripe.transfers.createReversal(first.id))).toMatchObject({ statusCode: 400 });
    await control("accounts/pay_out", { account });
    expect(await refusal(stripe.transfers.createReversal(second.id))).toMatchObject({
      code: "balance_insufficient",
    });
  });
});
