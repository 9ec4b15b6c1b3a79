import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import type { Database } from "@ticketing/runtime/documents/database";
import type { WatchOptions } from "@ticketing/runtime/events/events";
import { silent } from "@ticketing/runtime/testing/service";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { feedOrders } from "./feed-orders.ts";
import type { Order } from "./order.ts";
import { orderAggregate } from "./order-aggregate.ts";
import { createOrderFeed, type OrderFeed } from "./order-feed.ts";
import { watchOrder } from "./watch-order.ts";

const order = (_id: string, version: number) =>
  ({ _id, version, status: OrderStatus.AWAITING_PAYMENT }) as Order;
const heard = (documentId: string, version: number) => ({ documentId, version: () => version });

/** The versions that a watcher is told of until a heartbeat finds nothing left to happen. */
async function versions(
  feed: OrderFeed,
  id: string,
  happen: (() => unknown)[],
  clock = () => new Date(0),
): Promise<number[]> {
  const over = new AbortController();
  const seen: number[] = [];
  const deps = { read: feed.read, feed, clock, heartbeatMs: 30 };
  for await (const told of watchOrder(deps, id, over.signal)) {
    if (told) seen.push(told.version);
    else if (happen.length === 0) over.abort();
    else await happen.shift()?.();
  }
  return seen;
}

describe("a watcher of an order", () => {
  it("is told of each version once and in order, though a read shows an older one between", async () => {
    // A new primary does not know the last write at first.
    const held = [2, 1, 2, 3];
    const feed = createOrderFeed(async (id) => order(id, held.shift() ?? 3));
    const hear = () => feed.hear(heard("order", 3));
    expect(await versions(feed, "order", [hear, hear, hear])).toEqual([2, 3]);
  });

  it("costs no read while nothing happens, and none for what it has seen", async () => {
    let reads = 0;
    const feed = createOrderFeed(async (id) => {
      reads++;
      return order(id, 5);
    });
    const old = () => feed.hear(heard("order", 4));
    expect(await versions(feed, "order", [() => undefined, old, () => undefined])).toEqual([5]);
    expect(reads).toBe(1);
  });

  it("shares the read of an event with all others", async () => {
    let version = 1;
    let reads = 0;
    const feed = createOrderFeed(async (id) => {
      reads++;
      return order(id, version);
    });
    const change = () => feed.hear(heard("order", ++version));
    const idle = () => undefined;
    const seen = await Promise.all([
      versions(feed, "order", [change, idle, idle]),
      versions(feed, "order", [idle, idle, idle]),
    ]);
    expect(seen).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(reads).toBe(2);
  });

  it("shares no read that had begun before the event", async () => {
    const reads: PromiseWithResolvers<Order>[] = [];
    const feed = createOrderFeed(() => {
      const read = Promise.withResolvers<Order>();
      reads.push(read);
      return read.promise;
    });
    feed.subscribe("order", () => undefined);
    const before = feed.read("order");
    expect(feed.read("order")).toBe(before);
    feed.hear(heard("order", 2));
    const after = feed.read("order");
    expect(after).not.toBe(before);
    reads[0]?.resolve(order("order", 1));
    await before;
    expect(feed.read("order")).toBe(after);
    reads[1]?.resolve(order("order", 2));
    await after;
    expect(feed.read("order")).not.toBe(after);
  });

  it("is told that the order cannot be read", async () => {
    const feed = createOrderFeed(() => Promise.reject(new Error("no database")));
    await expect(versions(feed, "order", [])).rejects.toThrow("no database");
  });

  it("is let go when time alone makes the order final", async () => {
    let time = 0;
    const ticket = { event: { startTime: new Date(1_000) } } as Order["ticket"];
    const feed = createOrderFeed(async (id) => ({ ...order(id, 1), status: OrderStatus.COMPLETE, ticket }));
    const pass = () => {
      time = 2_000;
    };
    const never = () => expect(true).toBe(false);
    expect(await versions(feed, "order", [pass, never], () => new Date(time))).toEqual([1]);
  });
});

describe("a watcher whose stream lost events", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openSpecDatabase();
  });
  afterAll(() => database?.close());

  it("is told what the database has", async () => {
    const { collection, get } = await orderAggregate.store(database.db);
    const feed = createOrderFeed(get);
    let gap: () => unknown = () => undefined;
    const events = {
      async watch({ onGap }: WatchOptions) {
        gap = onGap ?? gap;
      },
    };
    const fed = await feedOrders({ feed, collection, events, log: silent });
    const id = randomUUID();
    await collection.insertOne(order(id, 1));
    const happen = [() => collection.updateOne({ _id: id }, { $set: { version: 3 } }), () => gap()];
    const seen = await versions(feed, id, [...happen, () => undefined]);
    await fed.stop();
    expect(seen).toEqual([1, 3]);
  });
});
