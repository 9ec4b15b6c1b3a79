import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { Collection } from "mongodb";
import { BoatEventSchema } from "../../testing/boat/boat-contract.ts";
import { openSpecDatabase } from "../../testing/spec-database.ts";
import { reasonOf } from "../process/domain-error.ts";
import { withRequestId } from "../process/request-context.ts";
import { createAggregateStore } from "./aggregate-store.ts";
import type { Database } from "./database.ts";
import { createDocumentStore, type Versioned } from "./document-store.ts";
import { type Aggregate, type TransitionType, transitionsOf } from "./transition.ts";

const { begin, advance } = transitionsOf(BoatEventSchema);

interface Counter extends Aggregate<TransitionType<typeof BoatEventSchema>> {
  count: number;
  createTime: Date;
}

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

const storeOf = () => createAggregateStore<Counter>({ collection });

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
    const written: Counter[] = [];
    const onWritten = (counter: Counter) => void written.push(counter);
    const store = createDocumentStore<Counter>({ collection, stored: (counter) => counter, onWritten });
    await store.insert(first("a"));
    expect((await store.update("a", (counter) => counter)).version).toBe(1);
    expect(written).toEqual([first("a")]);
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
    const reads = jest.spyOn(collection, "find");
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
    const store = createAggregateStore<Counter>({ collection, keepHistory: 2 });
    await store.insert(first("a"));
    for (let n = 0; n < 5; n++) {
      if (n < 4) await collection.updateOne({ _id: "a" }, { $set: { published: n + 1 } });
      await store.update("a", raised);
    }
    const history = (await store.find("a"))?.history;
    expect(history?.map((entry) => entry.version)).toEqual([3, 4, 5, 6]);
  });
});
