import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Database } from "@ticketing/runtime/documents/database";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { type BuyerLockStore, createBuyerLockStore } from "./buyer-lock-store.ts";
import { type BuyerLocks, noLocks } from "./buyer-locks.ts";

let database: Database;
let store: BuyerLockStore;
beforeAll(async () => {
  database = await openSpecDatabase();
  store = await createBuyerLockStore(database.db);
}, 60_000);
afterAll(() => database?.close());

const collection = () => database.db.collection<BuyerLocks>("buyer_locks");
const adding = (orderId: string) => (locks: BuyerLocks) => ({
  ...locks,
  slots: [...locks.slots, { orderId, expireTime: new Date() }],
  version: locks.version + 1,
});
const held = async (buyerId: string) =>
  (await collection().findOne({ _id: buyerId }))?.slots.map(({ orderId }) => orderId);

describe("the slots of a buyer who never locked anything", () => {
  it("are stored as the first change leaves them, and not without one", async () => {
    const buyerId = randomUUID();
    await store.update(buyerId, (locks) => locks);
    expect(await held(buyerId)).toBeUndefined();
    await store.update(buyerId, adding("o1"));
    expect(await held(buyerId)).toEqual(["o1"]);
  });

  it("lose no change of several that come first", async () => {
    const buyerId = randomUUID();
    const orders = ["o1", "o2", "o3", "o4"];
    await Promise.all(orders.map((orderId) => store.update(buyerId, adding(orderId))));
    expect((await held(buyerId))?.toSorted()).toEqual(orders);
  });

  it("are no document that a replica of the release before replaces unread", async () => {
    const buyerId = randomUUID();
    await store.update(buyerId, adding("o1"));
    const { _id, ...replacement } = adding("o2")(noLocks(buyerId));
    expect((await collection().replaceOne({ _id, version: 1 }, replacement)).matchedCount).toBe(0);
  });
});
