import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { IntentStatus } from "@ticketing/proto/payments/v1/payment_lifecycle_service";
import { RecordSelectionSchema } from "@ticketing/proto/type/v1/record_selection";
import { reasonOf } from "@ticketing/runtime/domain-error";
import { openTill, type Till } from "../testing/till.ts";
import { createIntentRecords, type IntentRecords } from "./intent-records.ts";

let till: Till;
let records: IntentRecords;

beforeAll(async () => {
  till = await openTill();
  records = createIntentRecords(till);
}, 60_000);
afterEach(() => till.double.faults.clear());
afterAll(() => till?.close());

const named = (...ids: string[]) =>
  create(RecordSelectionSchema, { selection: { case: "named", value: { ids } } });
const created = (pageSize: number, pageToken: string) =>
  create(RecordSelectionSchema, {
    selection: {
      case: "changed",
      value: { since: timestampFromMs(0), until: timestampFromMs(Date.now() + 60_000), pageSize, pageToken },
    },
  });
const read = async (id: string) => (await records.select(named(id))).intents[0];
/** A PaymentIntent that no payment knows. */
const orphan = async () => (await till.stripe.create({ id: "gone", amount }, `k${Math.random()}`)).intent.id;
const amount = { minorUnits: 4_500, currency: "USD" };
const reason = (call: Promise<unknown>) => call.then(() => "done", reasonOf);

describe("what Stripe's books say", () => {
  it("is the state and the money of each PaymentIntent of ours", async () => {
    const held = await till.authorized();
    const base = { orderId: held._id, amount: 4_500n, currency: "USD" };
    const id = held.intentId ?? "";
    expect(await read(id)).toMatchObject({
      ...{ ...base, status: IntentStatus.REQUIRES_CAPTURE, amountReceived: 0n, amountRefunded: 0n },
    });
    await till.settlement.capture(held);
    expect(await read(id)).toMatchObject({ status: IntentStatus.SUCCEEDED, amountReceived: 4_500n });
    await till.settlement.refund(await till.payment(held._id));
    expect(await read(id)).toMatchObject({ status: IntentStatus.SUCCEEDED, amountRefunded: 4_500n });
  });

  it("counts a hold that was released as nothing given back", async () => {
    const held = await till.authorized();
    await till.settlement.void(held._id);
    expect(await read(held.intentId ?? "")).toMatchObject({
      ...{ status: IntentStatus.CANCELED, amountReceived: 0n, amountRefunded: 0n },
    });
  });

  it("comes in pages, each PaymentIntent once", async () => {
    for (let n = 0; n < 5; n++) await till.start(till.order());
    const all = till.double.state.paymentIntents.all().map(({ id }) => id);
    const seen: string[] = [];
    for (let token = "", page = 0; page === 0 || token; page++) {
      const answer = await records.select(created(2, token));
      seen.push(...answer.intents.map(({ id }) => id ?? ""));
      token = answer.nextPageToken;
    }
    expect(seen.sort()).toEqual(all.sort());
  });

  it("leaves out what is not there, and is not known while Stripe is away", async () => {
    expect(await records.select(named("pi_none"))).toEqual({ intents: [], nextPageToken: "" });
    till.double.faults.add({ kind: "drop_request", operation: "payment_intents.*" });
    expect(await reason(records.select(created(2, "")))).toBe("STRIPE_UNAVAILABLE");
    expect(await reason(records.select(named("pi_none")))).toBe("STRIPE_UNAVAILABLE");
  });
});

describe("a PaymentIntent that no payment knows", () => {
  it("is canceled, once and again", async () => {
    const id = await orphan();
    await records.release(id);
    await records.release(id);
    expect(await read(id)).toMatchObject({ status: IntentStatus.CANCELED });
  });

  it("is left alone when it is a payment's after all, or money was taken by it", async () => {
    const held = await till.authorized();
    expect(await reason(records.release(held.intentId ?? ""))).toBe("INTENT_KNOWN");
    expect((await till.payment(held._id)).version).toBe(held.version);
    const { intent, clientSecret } = await till.stripe.create({ id: "gone", amount }, "taken");
    await till.confirm(clientSecret);
    await till.stripe.capture(intent.id, "capture");
    expect(await reason(records.release(intent.id))).toBe("ALREADY_CAPTURED");
  });
});
