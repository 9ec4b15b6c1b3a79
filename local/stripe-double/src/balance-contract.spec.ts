import { afterAll, describe, expect, it } from "@jest/globals";
import Stripe from "stripe";
import { type StripeDouble, startStripeDouble } from "./server.ts";

/**
 * What the comparison with the balance may rely on, asked through the official SDK:
 * https://docs.stripe.com/api/balance_transactions and https://docs.stripe.com/reports/reporting-categories.
 */
const double: StripeDouble = await startStripeDouble();
afterAll(() => double.close());
const stripe = new Stripe(double.secretKey, {
  ...{ host: "127.0.0.1", port: double.port, protocol: "http" as const, maxNetworkRetries: 0 },
});

const control = (path: string, body: object) =>
  fetch(`${double.url}/control/${path}`, { method: "POST", body: JSON.stringify(body) });
async function captured(method = "pm_card_visa"): Promise<{ intent: string; charge: string }> {
  const { id } = await stripe.paymentIntents.create({
    ...{ amount: 10_000, currency: "usd", capture_method: "manual", confirm: true, payment_method: method },
    automatic_payment_methods: { enabled: true, allow_redirects: "never" },
  });
  const { latest_charge: charge } = await stripe.paymentIntents.capture(id);
  return { intent: id, charge: String(charge) };
}
const of = async (source: string) => (await stripe.balanceTransactions.list({ source })).data;
async function account(): Promise<string> {
  const { id } = await stripe.accounts.create({
    controller: {
      stripe_dashboard: { type: "express" },
      fees: { payer: "application" },
      losses: { payments: "application" },
    },
    capabilities: { transfers: { requested: true } },
  });
  await control("accounts/complete", { account: id });
  return id;
}

describe("the balance", () => {
  it("gains a captured charge, less Stripe's fee; an authorised one moves nothing", async () => {
    const { id: held } = await stripe.paymentIntents.create({
      ...{ amount: 10_000, currency: "usd", capture_method: "manual", confirm: true },
      ...{ payment_method: "pm_card_visa" },
      automatic_payment_methods: { enabled: true, allow_redirects: "never" },
    });
    const { latest_charge: heldCharge } = await stripe.paymentIntents.retrieve(held, {
      expand: ["latest_charge"],
    });
    expect(heldCharge).toMatchObject({ balance_transaction: null });
    const { charge } = await captured();
    const [transaction] = await of(charge);
    expect(transaction).toMatchObject({
      ...{ type: "charge", reporting_category: "charge", amount: 10_000, fee: 320, net: 9_680 },
      ...{ currency: "usd", source: charge, fee_details: [{ type: "stripe_fee", amount: 320 }] },
    });
    expect(await stripe.charges.retrieve(charge)).toMatchObject({ balance_transaction: transaction?.id });
    expect(await stripe.balanceTransactions.retrieve(transaction?.id ?? "")).toEqual(transaction);
  });

  it("loses what is refunded, without the fee, and gains it again when the refund fails", async () => {
    const { intent } = await captured();
    const refund = await stripe.refunds.create({ payment_intent: intent, amount: 4_000 });
    expect(await of(refund.id)).toMatchObject([
      {
        id: refund.balance_transaction,
        type: "refund",
        reporting_category: "refund",
        amount: -4_000,
        fee: 0,
      },
    ]);
    await control("refunds/settle", { refund: refund.id, status: "failed" });
    const { failure_balance_transaction: failure } = await stripe.refunds.retrieve(refund.id);
    expect((await of(refund.id))[0]).toMatchObject({
      ...{ id: failure, type: "refund_failure", reporting_category: "refund_failure", amount: 4_000 },
    });
  });

  it("loses what is disputed, and a fee; won, the amount comes back and the fee does not", async () => {
    const { intent } = await captured();
    await control("disputes", { payment_intent: intent });
    await control("disputes/close", { payment_intent: intent, status: "won" });
    const [dispute] = (await stripe.disputes.list({ payment_intent: intent })).data;
    expect(dispute?.balance_transactions).toMatchObject([
      { type: "adjustment", reporting_category: "dispute", amount: -10_000, fee: 1_500, net: -11_500 },
      { type: "adjustment", reporting_category: "dispute_reversal", amount: 10_000, fee: 0 },
    ]);
    expect(await of(dispute?.id ?? "")).toHaveLength(2);
  });

  it("loses nothing by an inquiry until it becomes a dispute", async () => {
    const { intent } = await captured();
    await control("disputes", { payment_intent: intent, inquiry: true });
    const [inquiry] = (await stripe.disputes.list({ payment_intent: intent })).data;
    expect(await of(inquiry?.id ?? "")).toEqual([]);
    await control("disputes/escalate", { payment_intent: intent });
    expect(await of(inquiry?.id ?? "")).toMatchObject([{ reporting_category: "dispute", amount: -10_000 }]);
  });

  it("loses what is transferred, and gains what is taken back", async () => {
    const { charge } = await captured();
    const destination = await account();
    const transfer = await stripe.transfers.create({
      ...{ amount: 9_000, currency: "usd", destination, source_transaction: charge },
    });
    const reversal = await stripe.transfers.createReversal(transfer.id, { amount: 2_000 });
    expect(await of(transfer.id)).toMatchObject([{ type: "transfer", amount: -9_000, fee: 0 }]);
    expect(await of(reversal.id)).toMatchObject([
      { type: "transfer_refund", reporting_category: "transfer_reversal", amount: 2_000 },
    ]);
  });

  it("is listed newest first, page by page, with what moved the money", async () => {
    const { charge } = await captured();
    const first = await stripe.balanceTransactions.list({ limit: 1, expand: ["data.source"] });
    expect(first).toMatchObject({ has_more: true, data: [{ source: { object: "charge", id: charge } }] });
    const next = await stripe.balanceTransactions.list({ limit: 1, starting_after: first.data[0]?.id ?? "" });
    expect(next.data[0]?.id).not.toBe(first.data[0]?.id);
    const created = { lt: first.data[0]?.created ?? 0, gte: 0 };
    const before = await stripe.balanceTransactions.list({ created });
    expect(before.data.every((each) => each.created < created.lt)).toBe(true);
  });
});
