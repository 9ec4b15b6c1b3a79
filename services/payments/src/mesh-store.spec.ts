import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import type { Db } from "mongodb";
import { inAMinute, openPaymentWorld, type PaymentWorld } from "../testing/payment-world.ts";
import { type Mesh, originOf } from "./mesh.ts";
import { createMeshIdentity, openMeshStore } from "./mesh-store.ts";
import { createPaymentActions } from "./payment-actions.ts";
import { startPayment } from "./start-payment.ts";
import { createStripeWebhook } from "./stripe-webhook.ts";

const HOME = "https://tickets.example.com";
const clock = () => new Date();
let world: PaymentWorld;

beforeAll(async () => {
  world = await openPaymentWorld();
}, 60_000);
afterAll(() => world?.close());
beforeEach(() => world.double.faults.clear());

const reason = (call: Promise<unknown>) => call.then(() => "done", reasonOf);
/** Payments as a process elsewhere would have it, over the same documents. */
async function elsewhere(publicUrl: string) {
  const store = await openMeshStore(world.db, publicUrl, clock);
  const mesh = createMeshIdentity(store, clock);
  const deps = { ...world, mesh };
  const actions = createPaymentActions(deps);
  return { ...deps, store, actions, webhook: createStripeWebhook({ ...deps, actions }) };
}
type Copy = Awaited<ReturnType<typeof elsewhere>> & { after?: () => Promise<unknown> };
const writes = () => {
  const { paymentIntents, refunds } = world.double.state;
  return JSON.stringify([paymentIntents.all(), refunds.all()]);
};

/** A webhook as Stripe sends it to every endpoint of the account. */
function webhookOf(type: string, intentId = "") {
  const object = { id: intentId, payment_intent: intentId };
  const body = JSON.stringify({ id: "evt_1", object: "event", type, data: { object } });
  const seconds = Math.floor(Date.now() / 1000);
  const signed = createHmac("sha256", world.double.webhookSecret).update(`${seconds}.${body}`).digest("hex");
  const headers = { "stripe-signature": `t=${seconds},v1=${signed}` };
  return { method: "POST", headers, body: Buffer.from(body) };
}

describe("the mesh's id", () => {
  it("is one for all replicas, however many begin at once, and stays", async () => {
    const database = await openSpecDatabase();
    const stores = await Promise.all(
      Array.from({ length: 8 }, () => openMeshStore(database.db, HOME, clock)),
    );
    const found = await Promise.all(stores.map((store) => store.find()));
    expect(new Set(found.map(({ mesh }) => mesh.id)).size).toBe(1);
    expect(found.every(({ atHome }) => atHome)).toBe(true);
    const again = await (await openMeshStore(database.db, HOME, clock)).find();
    expect(again).toEqual(found[0]);
    await database.close();
  }, 60_000);

  it("is carried by every PaymentIntent, and its payment knows by which mesh it was made", async () => {
    const order = world.order();
    await world.start(order);
    const { id } = await world.mesh.read();
    expect(world.intents(order.id)).toMatchObject([{ metadata: { mesh_id: id, order_id: order.id } }]);
    expect((await world.payment(order.id)).meshId).toBe(id);
  });

  it("is not taken, nor used, where the server tells no UUID of the collection", async () => {
    const database = await openSpecDatabase();
    try {
      const collections = [
        { name: "mesh", type: "collection" },
        { name: "mesh", info: { readOnly: false } },
      ];
      for (const told of [[], ...collections.map((one) => [one])]) {
        const listCollections = () => ({ toArray: async () => told });
        const silent: Db = Object.assign(Object.create(database.db), { listCollections });
        await expect(openMeshStore(silent, HOME, clock)).rejects.toThrow("no UUID of the collection");
      }
      expect(await database.db.collection("mesh").countDocuments()).toBe(0);
      const { mesh } = await (await openMeshStore(database.db, HOME, clock)).find();
      expect(mesh.place.collection).toMatch(/^[0-9a-f-]{36}$/);
    } finally {
      await database.close();
    }
  }, 60_000);

  it("does not change with the port of a machine by itself", () => {
    expect(originOf("http://localhost:8080")).toBe(originOf("http://127.0.0.1:9080"));
    expect(originOf("http://[::1]:8080")).toBe(originOf("http://localhost"));
    expect(originOf("https://a.example.com")).not.toBe(originOf("https://b.example.com"));
    expect(originOf("https://localhost.example.com")).not.toBe(originOf("http://localhost"));
  });
});

describe("a copy of the database", () => {
  it.each<[string, () => Promise<Copy>]>([
    ["behind another address", async () => elsewhere("https://staging.example.com")],
    [
      "in another database server",
      async () => {
        const copies = world.db.collection<Mesh>("mesh");
        const [mesh] = await copies.find().toArray();
        if (!mesh) throw new Error("there is no mesh");
        await copies.replaceOne({ _id: "mesh" }, { ...mesh, place: { ...mesh.place, collection: "other" } });
        const copy = await elsewhere(HOME);
        // The world is where it was, for what the other tests do.
        return { ...copy, after: () => copies.replaceOne({ _id: "mesh" }, mesh) };
      },
    ],
  ])(
    "%s writes nothing to Stripe and gives no client secret away until it is told what it is",
    async (_, copied) => {
      const [held, taken, open] = [await world.authorized(), await world.authorized(), world.order()];
      await world.actions.capture(taken);
      await world.start(open);
      const copy = await copied();
      const before = writes();
      const suspended = "PAYMENTS_SUSPENDED";
      expect(await reason(startPayment(copy, world.order(), inAMinute()))).toBe(suspended);
      expect(await reason(startPayment(copy, open, inAMinute()))).toBe(suspended);
      expect(await reason(copy.actions.capture(held))).toBe(suspended);
      expect(await reason(copy.actions.void(held._id))).toBe(suspended);
      expect(await reason(copy.actions.refund(await world.payment(taken._id)))).toBe(suspended);
      expect(writes()).toBe(before);
      await copy.after?.();
    },
  );

  it("goes on at once with `keep`, when it is the mesh itself", async () => {
    const held = await world.authorized();
    const moved = await elsewhere("https://new.example.com");
    const { id } = await moved.store.keep();
    expect(id).toBe((await world.meshes.find()).mesh.id);
    const there = await elsewhere("https://new.example.com");
    expect((await there.actions.capture(held)).status).toBe(PaymentStatus.CAPTURED);
    await (await elsewhere(HOME)).store.keep();
  });

  it("with an id of its own pays, and touches nothing that the mesh has at Stripe", async () => {
    const [held, taken, open, old] = [
      await world.authorized(),
      await world.authorized(),
      world.order(),
      await world.authorized(),
    ];
    await world.actions.capture(taken);
    await world.start(open);
    // From before meshes had ids.
    await world.db
      .collection<{ _id: string }>("payments")
      .updateOne({ _id: old._id }, { $unset: { meshId: 1 } });
    const original = (await world.meshes.find()).mesh;
    const place = "https://staging.example.com";
    const renewed = await (await elsewhere(place)).store.renew();
    expect(renewed.id).not.toBe(original.id);
    const copy = await elsewhere(place);
    const before = writes();
    const foreign = "INTENT_NOT_OURS";
    expect(await reason(startPayment(copy, open, inAMinute()))).toBe(foreign);
    for (const payment of [held, old]) {
      expect(await reason(copy.actions.capture(payment))).toBe(foreign);
      expect(await reason(copy.actions.void(payment._id))).toBe(foreign);
    }
    expect(await reason(copy.actions.refund(await world.payment(taken._id)))).toBe(foreign);
    for (const type of ["payment_intent.amount_capturable_updated", "charge.dispute.created"]) {
      const known = await world.payment(held._id);
      expect(await copy.webhook(webhookOf(type, held.intentId))).toMatchObject({ status: 200 });
      expect(await world.payment(held._id)).toEqual(known);
    }
    expect(writes()).toBe(before);

    const own = world.order();
    expect(await startPayment(copy, own, inAMinute())).toMatch(/_secret_/);
    // The mesh itself sold the same order: neither gets the other's PaymentIntent.
    await world.db.collection<{ _id: string }>("payments").deleteOne({ _id: own.id });
    await world.db.collection<Mesh>("mesh").replaceOne({ _id: "mesh" }, original);
    await world.start(own);
    expect(new Set(world.intents(own.id).map(({ metadata }) => metadata.mesh_id)).size).toBe(2);
  });
});
