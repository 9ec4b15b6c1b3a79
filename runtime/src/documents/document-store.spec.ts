import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { Collection } from "mongodb";
import { BoatEventSchema } from "../../testing/boat/boat-contract.ts";
import { openSpecDatabase } from "../../testing/spec-database.ts";
import { reasonOf } from "../process/domain-error.ts";
import { createLogger } from "../process/log.ts";
import { withRequestId } from "../process/request-context.ts";
import { createAggregateStore } from "./aggregate-store.ts";
import type { Database } from "./database.ts";
import { createDocumentStore, type Versioned } from "./document-store.ts";
import { createRelay } from "./relay.ts";
import { type Aggregate, amend, type Transition, type TransitionType, transitionsOf } from "./transition.ts";

const { begin, advance } = transitionsOf(BoatEventSchema);

interface Counter extends Aggregate<TransitionType<typeof BoatEventSchema>> {
  count: number;
  createTime: Date;
}

const log = createLogger("spec", "silent");
const now = new Date(Date.UTC(2030, 0, 1));
const first = (id: string): Counter =>
  begin({ _id: id, count: 0, createTime: now }, { case: "boatLaunched", value: {} }, now);
const raised = (counter: Counter): Counter =>
  advance(counter, { case: "boatRenamed", value: {} }, now, { count: counter.count + 1 });

let database: Database;
let collection: Collection<Counter>;

beforeAll(async () => {
  database = await openSpecDatabase();
  collection = database.db.collection<Counter>("counters");
}, 60_000);
afterAll(() => database?.close());
beforeEach(async () => {
  await collection.deleteMany({});
});

afterEach(() => {
  jest.restoreAllMocks();
});

const storeOf = (onPending: (id: string) => void = () => {}) =>
  createAggregateStore<Counter>({ collection, onPending });

describe("a document store", () => {
  it("inserts an id once", async () => {
    const store = storeOf();
    expect(await Promise.all([store.insert(first("a")), store.insert(first("a"))])).toEqual(
      expect.arrayContaining(["inserted", "exists"]),
    );
  });

  it("loses no change of many made at once: each is applied to what the one before left, or refused", async () => {
    const store = storeOf();
    await store.insert(first("a"));
    const results = await Promise.allSettled(Array.from({ length: 40 }, () => store.update("a", raised)));
    const done = results.filter((result) => result.status === "fulfilled").length;
    for (const result of results) {
      if (result.status === "rejected") expect(reasonOf(result.reason)).toBe("CONTENTION");
    }
    const after = await store.find("a");
    expect(after).toMatchObject({ count: done, version: done + 1 });
    expect(after?.history.map((entry) => entry.version)).toEqual(
      Array.from({ length: done + 1 }, (_, n) => n + 1),
    );
  });

  it("notes with each transition the request that caused it", async () => {
    const store = storeOf();
    await withRequestId("request-1", () => store.insert(first("a")));
    await withRequestId("request-2", () => store.update("a", raised));
    await store.update("a", raised);
    const history = (await store.find("a"))?.history;
    expect(history?.map(({ requestId }) => requestId)).toEqual(["request-1", "request-2", undefined]);
  });

  it("writes nothing when nothing changes, and passes a refusal through", async () => {
    let woken = 0;
    const store = storeOf(() => {
      woken++;
    });
    await store.insert(first("a"));
    expect((await store.update("a", (counter) => counter)).version).toBe(1);
    expect(woken).toBe(1);
    await expect(
      store.update("a", () => {
        throw new RangeError("no");
      }),
    ).rejects.toThrow(RangeError);
    await expect(store.update("b", raised)).rejects.toMatchObject({ reason: "NOT_FOUND" });
  });

  it("tries the copy that the caller has read, and reads again once somebody else has written", async () => {
    const store = storeOf();
    await store.insert(first("a"));
    const read = await store.find("a");
    if (!read) throw new Error("it was inserted");
    const reads = jest.spyOn(collection, "findOne");
    expect(await store.update("a", raised, read)).toMatchObject({ count: 1, version: 2 });
    expect(reads).not.toHaveBeenCalled();
    expect(await store.update("a", raised, read)).toMatchObject({ count: 2, version: 3 });
    expect(reads).toHaveBeenCalledTimes(1);
  });

  it("needs no history, and leaves one that the release before finds empty where it needs it", async () => {
    interface Plain extends Versioned {
      count: number;
    }
    const plain = database.db.collection<Plain>("plain");
    const store = createDocumentStore<Plain>({ collection: plain });
    await store.insert({ _id: "a", version: 1, count: 0 });
    await store.update("a", (document) => ({ ...document, version: 2, count: 1 }));
    expect(await plain.findOne({ _id: "a" })).toEqual({ _id: "a", version: 2, count: 1, history: [] });
    // As the release before leaves it.
    const before = { history: [], published: 1, pending: false };
    await plain.replaceOne({ _id: "a" }, { version: 3, count: 2, ...before });
    const after = await store.update("a", (document) => ({ ...document, version: 4, count: 3 }));
    expect(after).toMatchObject({ version: 4, count: 3, history: [] });
  });

  it("keeps of its published history only what it is asked to, and all that is unpublished", async () => {
    const store = createAggregateStore<Counter>({ collection, onPending: () => {}, keepHistory: 2 });
    await store.insert(first("a"));
    for (let n = 0; n < 5; n++) {
      if (n < 4) await collection.updateOne({ _id: "a" }, { $set: { published: n + 1 } });
      await store.update("a", raised);
    }
    const history = (await store.find("a"))?.history;
    expect(history?.map((entry) => entry.version)).toEqual([3, 4, 5, 6]);
  });
});

describe("a relay", () => {
  /** Runs a relay until nothing is pending. `publish` stands for the broker. */
  async function drain(publish: (document: Counter, transition: Transition) => Promise<void>): Promise<void> {
    const relay = createRelay<Counter>({ collection, publish, log });
    relay.start();
    await eventually(async () => (await collection.countDocuments({ pending: true })) === 0);
    await relay.stop();
  }

  it("publishes every transition of a document in order, once when nothing fails", async () => {
    const store = storeOf();
    await store.insert(first("a"));
    await store.update("a", raised);
    const sent: number[] = [];
    await drain(async (_, { version }) => {
      sent.push(version);
    });
    expect(sent).toEqual([1, 2]);
    expect(await store.find("a")).toMatchObject({ published: 2, version: 2 });
  });

  it("publishes nothing of an amendment, and loses nothing that waits beside it", async () => {
    const later = new Date(now.getTime() + 1);
    const amended = (counter: Counter) => amend(counter, { count: counter.count + 10 }, later);
    const store = storeOf();
    await store.insert(first("a"));
    await store.update("a", amended);
    const sent: number[] = [];
    const publish = async (_: Counter, { version }: Transition) => {
      sent.push(version);
    };
    await drain(publish);
    expect(await store.update("a", amended)).toMatchObject({ version: 3, count: 20, pending: false });
    await store.update("a", raised);
    await drain(publish);
    expect(sent).toEqual([1, 4]);
    expect(await store.find("a")).toMatchObject({ version: 4, published: 4, count: 21 });
  });

  it("publishes again what the broker did not acknowledge, and skips nothing", async () => {
    const store = storeOf();
    await store.insert(first("a"));
    await store.update("a", raised);
    const sent: number[] = [];
    let failures = 2;
    await drain(async (_, { version }) => {
      if (version === 2 && failures-- > 0) throw new Error("no acknowledgement");
      sent.push(version);
    });
    expect(sent).toEqual([1, 1, 1, 2]);
  });

  it("does not mark as published what was written while it published", async () => {
    const store = storeOf();
    await store.insert(first("a"));
    const sent: number[] = [];
    await drain(async (_, { version }) => {
      if (sent.length === 0) await store.update("a", raised);
      sent.push(version);
    });
    expect(sent).toContain(2);
    expect(await store.find("a")).toMatchObject({ published: 2, version: 2, count: 1 });
  });

  it("leaves to each replica what it wrote itself, and takes over what a lost one left", async () => {
    await storeOf().insert(first("left"));
    const replicas = ["a", "b"].map((name) => {
      const sent: string[] = [];
      const publish = async ({ _id }: Counter) => {
        await sleep(20);
        sent.push(_id);
      };
      const relay = createRelay<Counter>({ collection, publish, log });
      relay.start();
      return { name, sent, relay, store: storeOf(relay.wake) };
    });
    await eventually(() => replicas.some(({ sent }) => sent.includes("left")));
    // No look around is due from here on. One that still is comes between the first and the second of these.
    jest.spyOn(Date, "now").mockReturnValue(Date.now());
    for (const { name, sent, store } of replicas) {
      for (const id of [`${name}-first`, `${name}-second`]) {
        await store.insert(first(id));
        await eventually(() => sent.includes(id));
      }
      sent.length = 0;
    }
    const ids = Array.from({ length: 40 }, (_, n) => n);
    await Promise.all(
      ids.flatMap((id) => replicas.map(({ name, store }) => store.insert(first(`${name}${id}`)))),
    );
    await eventually(async () => (await collection.countDocuments({ pending: true })) === 0);
    for (const { relay } of replicas) await relay.stop();
    for (const { name, sent } of replicas) {
      expect(new Set(sent)).toEqual(new Set(ids.map((id) => `${name}${id}`)));
      expect(sent).toHaveLength(ids.length);
    }
  });
});

async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let n = 0; n < 400 && !(await holds()); n++) await sleep(20);
  expect(await holds()).toBe(true);
}
