import { setTimeout as sleep } from "node:timers/promises";
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { MovementKind } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import { RecordSelectionSchema } from "@ticketing/proto/type/internal/v1/record_selection";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { openPaymentWorld, type PaymentWorld } from "../testing/payment-world.ts";
import { type BalanceRecords, createBalanceRecords } from "./balance-records.ts";
import type { Payment } from "./payment.ts";

let world: PaymentWorld;
let records: BalanceRecords;

beforeAll(async () => {
  world = await openPaymentWorld();
  records = createBalanceRecords(world);
}, 60_000);
afterEach(() => world.double.faults.clear());
afterAll(() => world?.close());

const named = (...ids: string[]) =>
  create(RecordSelectionSchema, { selection: { case: "named", value: { ids } } });
const all = (pageSize = 100, pageToken = "") =>
  create(RecordSelectionSchema, {
    selection: {
      case: "changed",
      value: { since: timestampFromMs(0), until: timestampFromMs(Date.now() + 60_000), pageSize, pageToken },
    },
  });
const reason = (call: Promise<unknown>) => call.then(() => "done", reasonOf);
async function captured(): Promise<Payment> {
  const held = await world.authorized();
  return world.actions.capture(held);
}
const fresh = async (id: string) => world.actions.refresh(await world.payment(id));
/** What Stripe moved because of a payment, oldest first. */
const movementsOf = async (orderId: string) =>
  (await records.movements(all())).movements.filter((each) => each.orderId === orderId).reverse();
const missingOf = async (orderId: string) => (await records.charges(named(orderId))).charges[0]?.missing;
const control = (path: string, body: object) =>
  fetch(`${world.double.url}/control/${path}`, { method: "POST", body: JSON.stringify(body) });
/** Changes a payment past its service, once Stripe has no message left by which it would be read again. */
async function tamper(id: string, changes: object): Promise<void> {
  while (world.double.state.events.all().some(({ pending_webhooks: pending }) => pending > 0))
    await sleep(20);
  await world.payments.collection.updateOne({ _id: id }, { $set: changes });
}

describe("the balance beside payments", () => {
  it("has the charge, with Stripe's fee, and what became of its money, each booked", async () => {
    const { _id, intentId } = await captured();
    await world.actions.refund(await world.payment(_id));
    await world.settleRefund(_id, { status: "failed" });
    await fresh(_id);
    await control("disputes", { payment_intent: intentId });
    await control("disputes/close", { payment_intent: intentId, status: "won" });
    await world.actions.lookAtDisputes(await fresh(_id));
    const { CHARGE, REFUND, REFUND_FAILURE, DISPUTE, DISPUTE_REVERSAL } = MovementKind;
    const clean = { currency: "USD", unbooked: "", differences: [] };
    expect(await movementsOf(_id)).toMatchObject([
      { ...clean, kind: CHARGE, amount: 4_500n, fee: 161n },
      { ...clean, kind: REFUND, amount: -4_500n, fee: 0n },
      { ...clean, kind: REFUND_FAILURE, amount: 4_500n, fee: 0n },
      { ...clean, kind: DISPUTE, amount: -4_500n, fee: 1_500n },
      { ...clean, kind: DISPUTE_REVERSAL, amount: 4_500n, fee: 0n },
    ]);
    expect(await missingOf(_id)).toEqual([]);
  });

  it("shows what no payment says: a refund, a refund that failed, a dispute, a charge", async () => {
    const { _id, intentId } = await captured();
    await world.actions.refund(await world.payment(_id));
    await world.settleRefund(_id, { status: "failed" });
    await fresh(_id);
    await control("disputes", { payment_intent: intentId });
    await world.actions.lookAtDisputes(await fresh(_id));
    const payment = await world.payment(_id);
    const unbooked = async () =>
      (await movementsOf(_id))
        .filter((each) => each.unbooked?.includes("and has no"))
        .map(({ kind }) => kind);
    expect(await unbooked()).toEqual([]);
    const stands = payment.refunds?.map(({ reason: _, ...refund }) => ({ ...refund, status: "succeeded" }));
    await tamper(_id, { refunds: stands });
    expect(await unbooked()).toEqual([MovementKind.REFUND_FAILURE]);
    await tamper(_id, { refunds: [] });
    expect(await unbooked()).toEqual([MovementKind.REFUND, MovementKind.REFUND_FAILURE]);
    await tamper(_id, { refunds: payment.refunds, disputes: [] });
    expect(await unbooked()).toEqual([MovementKind.DISPUTE]);
    await world.payments.collection.deleteOne({ _id });
    const [charge] = world.double.state.charges.all().filter((each) => each.payment_intent === intentId);
    const { movements } = await records.movements(named(String(charge?.balance_transaction)));
    expect(movements).toMatchObject([
      { kind: MovementKind.CHARGE, orderId: "", unbooked: expect.stringContaining(intentId ?? "") },
    ]);
  });

  it("shows another amount and another currency", async () => {
    const { _id } = await captured();
    await tamper(_id, { "amount.minorUnits": 4_501 });
    expect((await movementsOf(_id))[0]?.differences).toHaveLength(1);
    await tamper(_id, { amount: { minorUnits: 4_500, currency: "EUR" } });
    expect((await movementsOf(_id))[0]?.differences).toHaveLength(1);
  });

  it("leaves out what belongs to another mesh, and what belongs to no sale", async () => {
    const other = { id: "another", amount: { minorUnits: 5_000, currency: "USD" }, meshId: "another-mesh" };
    const { intent, clientSecret } = await world.stripe.create(other, "k-another");
    await world.confirm(clientSecret);
    await world.stripe.capture(intent.id, "k-capture");
    await world.stripe.refund(intent.id, "k-refund");
    const ofOther = world.double.state.balanceTransactions.all().slice(-2);
    const [fee] = ofOther;
    if (!fee) throw new Error("nothing moved");
    // A fee by itself: docs.stripe.com/reports/reporting-categories
    const alone = { ...fee, id: "txn_fee", reporting_category: "fee" };
    world.double.state.balanceTransactions.put(alone as unknown as typeof fee);
    const { movements } = await records.movements(named(...ofOther.map(({ id }) => id), "txn_fee"));
    expect(movements).toEqual([]);
  });

  it("comes in pages, each movement once, and is not known while Stripe is away", async () => {
    const whole = (await records.movements(all())).movements.map(({ id }) => id);
    const seen: (string | undefined)[] = [];
    for (let token = "", page = 0; page === 0 || token; page++) {
      const answer = await records.movements(all(2, token));
      seen.push(...answer.movements.map(({ id }) => id));
      token = answer.nextPageToken;
    }
    expect(seen).toEqual(whole);
    expect(await reason(records.movements(all(2, "txn_none")))).toBe("BAD_PAGE_TOKEN");
    world.double.faults.add({ kind: "drop_request", operation: "balance_transactions.*" });
    expect(await reason(records.movements(all()))).toBe("STRIPE_UNAVAILABLE");
  });
});

describe("payments beside the balance", () => {
  it("say what Stripe does not have: a refund, a dispute, the whole payment", async () => {
    const { _id, refunds = [] } = await captured();
    expect(await missingOf(_id)).toEqual([]);
    const gone = { id: "re_gone", amount: 4_500, status: "succeeded", createTime: new Date() };
    await tamper(_id, { refunds: [...refunds, gone] });
    expect(await missingOf(_id)).toEqual(["the provider has no refund re_gone of -4500 USD"]);
    await tamper(_id, { refunds: [{ ...gone, status: "failed" }] });
    expect(await missingOf(_id)).toHaveLength(2);
    await tamper(_id, { refunds: [{ ...gone, status: "underway" }] });
    expect(await missingOf(_id)).toEqual([]);
    await tamper(_id, { refunds, disputes: [{ id: "du_gone", time: new Date() }] });
    expect(await missingOf(_id)).toEqual(["the provider has no dispute du_gone of some USD"]);
    await tamper(_id, { disputes: [], intentId: "pi_gone" });
    expect(await missingOf(_id)).toEqual(["the provider has no charge of 4500 USD"]);
  });

  it("are asked for only where money was taken, and one that was written past the service spoils no other", async () => {
    const held = await world.authorized();
    const broken = await captured();
    const good = await captured();
    await tamper(broken._id, { amount: null });
    const answer = await records.charges(named(held._id, broken._id, good._id));
    expect(answer.charges).toMatchObject([{ orderId: good._id, missing: [] }]);
    expect(answer.unreadable).toMatchObject([{ id: broken._id }]);
    expect((await movementsOf(broken._id))[0]?.unbooked).toContain("cannot be read");
  });
});
