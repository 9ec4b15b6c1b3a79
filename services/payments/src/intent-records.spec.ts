import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { IntentStatus } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import { RecordSelectionSchema } from "@ticketing/proto/type/internal/v1/record_selection";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { openPaymentWorld, type PaymentWorld } from "../testing/payment-world.ts";
import { createIntentRecords, type IntentRecords } from "./intent-records.ts";

let world: PaymentWorld;
let records: IntentRecords;

beforeAll(async () => {
  world = await openPaymentWorld();
  records = createIntentRecords(world);
}, 60_000);
afterEach(() => world.double.faults.clear());
afterAll(() => world?.close());

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
/** A PaymentIntent of this mesh that no payment knows. */
const orphan = async () => {
  const { id: meshId } = await world.mesh.read();
  return world.stripe.create({ id: "gone", amount, meshId }, `k${Math.random()}`);
};
/** Changes a PaymentIntent as whoever else uses the Stripe account would. */
const tamper = (id: string, changes: object) => {
  const { paymentIntents } = world.double.state;
  const intent = paymentIntents.get(id);
  if (!intent) throw new Error(`there is no ${id}`);
  // What Stripe documents as text or a number is something else here.
  paymentIntents.put({ ...intent, ...changes } as typeof intent);
};
const amount = { minorUnits: 4_500, currency: "USD" };
const reason = (call: Promise<unknown>) => call.then(() => "done", reasonOf);

describe("what Stripe's books say", () => {
  it("is the state and the money of each PaymentIntent of ours", async () => {
    const held = await world.authorized();
    const base = { orderId: held._id, amount: 4_500n, currency: "USD" };
    const id = held.intentId ?? "";
    expect(await read(id)).toMatchObject({
      ...{ ...base, status: IntentStatus.REQUIRES_CAPTURE, amountReceived: 0n, amountRefunded: 0n },
    });
    await world.actions.capture(held);
    expect(await read(id)).toMatchObject({ status: IntentStatus.SUCCEEDED, amountReceived: 4_500n });
    await world.actions.refund(await world.payment(held._id));
    expect(await read(id)).toMatchObject({ status: IntentStatus.SUCCEEDED, amountRefunded: 4_500n });
  });

  it("counts a hold that was released as nothing given back", async () => {
    const held = await world.authorized();
    await world.actions.void(held._id);
    expect(await read(held.intentId ?? "")).toMatchObject({
      ...{ status: IntentStatus.CANCELED, amountReceived: 0n, amountRefunded: 0n },
    });
  });

  it("comes in pages, each PaymentIntent once", async () => {
    for (let n = 0; n < 5; n++) await world.start(world.order());
    const all = world.double.state.paymentIntents.all().map(({ id }) => id);
    const seen: string[] = [];
    for (let token = "", page = 0; page === 0 || token; page++) {
      const answer = await records.select(created(2, token));
      seen.push(...answer.intents.map(({ id }) => id ?? ""));
      token = answer.nextPageToken;
    }
    expect(seen.sort()).toEqual(all.sort());
  });

  it("leaves out what is not there, and is not known while Stripe is away", async () => {
    expect(await records.select(named("pi_none"))).toEqual({
      intents: [],
      unreadable: [],
      nextPageToken: "",
    });
    expect(await reason(records.select(created(2, "pi_none")))).toBe("BAD_PAGE_TOKEN");
    world.double.faults.add({ kind: "drop_request", operation: "payment_intents.*" });
    expect(await reason(records.select(created(2, "")))).toBe("STRIPE_UNAVAILABLE");
    expect(await reason(records.select(named("pi_none")))).toBe("STRIPE_UNAVAILABLE");
  });
});

describe("what cannot be an id at Stripe", () => {
  const strange = ["", ".", "..", "search", "a/b", "../refunds", "%00", "\0", "é", "\ud800", "x".repeat(300)];
  it.each([...strange, "pi_0b6a-4c1e"])(
    "such as %j names nothing, and spoils no answer beside it",
    async (id) => {
      const good = (await orphan()).intent.id;
      const { intents, unreadable } = await records.select(named(id, good));
      expect([intents.map((intent) => intent.id), unreadable]).toEqual([[good], []]);
      await records.release(id);
      expect(await read(good)).toMatchObject({ status: IntentStatus.OPEN });
      if (id) expect(await reason(records.select(created(2, id)))).toBe("BAD_PAGE_TOKEN");
    },
  );
});

describe("a PaymentIntent that no payment knows", () => {
  it("is canceled, once and again", async () => {
    const { id } = (await orphan()).intent;
    await records.release(id);
    await records.release(id);
    expect(await read(id)).toMatchObject({ status: IntentStatus.CANCELED });
  });

  it("is canceled once for all simultaneous calls, also if the answer is lost", async () => {
    const { id } = (await orphan()).intent;
    world.double.faults.add({ kind: "delay", operation: "payment_intents.cancel", milliseconds: 100 });
    const asked = [1, 2, 3].map(() => reason(records.release(id)));
    expect(await Promise.all(asked)).toEqual(["done", "done", "done"]);
    world.double.faults.clear();
    const other = (await orphan()).intent.id;
    world.double.faults.add({ kind: "error_after", operation: "payment_intents.cancel" });
    expect(await reason(records.release(other))).toBe("done");
    expect(await read(other)).toMatchObject({ status: IntentStatus.CANCELED });
  });

  it("by which money is taken while it is canceled is left alone, and told", async () => {
    const { intent, clientSecret } = await orphan();
    await world.confirm(clientSecret);
    const cancel = async (id: string) => {
      await world.stripe.capture(id, "capture-meanwhile");
      return world.stripe.cancel(id);
    };
    const beaten = createIntentRecords({ ...world, stripe: { ...world.stripe, cancel } });
    expect(await reason(beaten.release(intent.id))).toBe("ALREADY_CAPTURED");
  });

  it("is left alone when it is a payment's after all, or money was taken by it", async () => {
    const held = await world.authorized();
    expect(await reason(records.release(held.intentId ?? ""))).toBe("INTENT_KNOWN");
    expect((await world.payment(held._id)).version).toBe(held.version);
    const { intent, clientSecret } = await orphan();
    await world.confirm(clientSecret);
    await world.stripe.capture(intent.id, "capture");
    expect(await reason(records.release(intent.id))).toBe("ALREADY_CAPTURED");
  });
});

describe("a PaymentIntent of somebody else on the same account", () => {
  it.each([
    ["the metadata of another shop", { order_id: "4711" }],
    ["an order id that is too long for ours", { order_id: "x".repeat(101) }],
    ["another mesh's id", { order_id: "o", mesh_id: "11111111-1111-4111-8111-111111111111" }],
    ["a mesh id that is a number", { order_id: "o", mesh_id: 5 }],
    ["a list for metadata", ["o"]],
    ["no metadata at all", null],
  ])("with %s is not told of and not touched", async (_, metadata) => {
    const { intent, clientSecret } = await orphan();
    await world.confirm(clientSecret);
    tamper(intent.id, { metadata });
    const all = await records.select(created(100, ""));
    expect([...all.intents, ...all.unreadable].map(({ id }) => id)).not.toContain(intent.id);
    expect(await records.select(named(intent.id))).toMatchObject({ intents: [], unreadable: [] });
    expect(await reason(records.release(intent.id))).toBe("INTENT_NOT_OURS");
    expect(world.double.state.paymentIntents.get(intent.id)?.status).toBe("requires_capture");
  });

  it("from before the mesh is not even asked for", async () => {
    const { id } = (await orphan()).intent;
    const { since } = await world.mesh.read();
    tamper(id, { created: Math.floor(since.getTime() / 1000) - 7_200 });
    expect((await records.select(created(100, ""))).intents.map((intent) => intent.id)).not.toContain(id);
  });
});

describe("an orphan whose cancel was refused once", () => {
  it("is canceled as soon as Stripe agrees: the refusal is not kept for a day", async () => {
    const { id } = (await orphan()).intent;
    world.double.faults.add({ kind: "refuse", operation: "payment_intents.cancel", count: 1 });
    expect(await reason(records.release(id))).toBe("STRIPE_UNAVAILABLE");
    await records.release(id);
    expect(await read(id)).toMatchObject({ status: IntentStatus.CANCELED });
  });
});

describe("a PaymentIntent of ours", () => {
  it("is one that a payment names, though it was made before meshes had ids", async () => {
    const { intentId = "" } = await world.authorized();
    tamper(intentId, { metadata: { order_id: "o" } });
    expect(await read(intentId)).toMatchObject({ id: intentId, orderId: "o" });
  });

  it.each([
    ["an order id of 101 characters", { metadata: { order_id: "x".repeat(101) } }],
    ["no order id", { metadata: {} }],
    ["a number for an order id", { metadata: { order_id: 5 } }],
    ["a negative amount", { amount: -1 }],
    ["half a cent", { amount: 0.5 }],
    ["no amount", { amount: null }],
    ["a currency of four letters", { currency: "usdc" }],
    ["a status that is none", { status: null }],
    ["a charge that is a number", { latest_charge: 5 }],
  ])("with %s is told of as unreadable, beside those that can be read", async (_, changes) => {
    const good = (await orphan()).intent.id;
    const { id } = (await orphan()).intent;
    const { id: mesh_id } = await world.mesh.read();
    const metadata = { ...("metadata" in changes && changes.metadata), mesh_id };
    tamper(id, { ...changes, ...("metadata" in changes && { metadata }) });
    const { intents, unreadable } = await records.select(named(id, good));
    expect(intents.map((intent) => intent.id)).toEqual([good]);
    expect(unreadable).toEqual([{ id, problem: expect.stringMatching(/\S/) }]);
    expect((await records.select(created(100, ""))).unreadable.map((each) => each.id)).toContain(id);
    tamper(id, { amount: 4_500, currency: "usd", status: "canceled", latest_charge: null, metadata: {} });
  });
});
