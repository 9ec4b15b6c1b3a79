import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { Collection } from "mongodb";
import { BoatEventSchema } from "../../testing/boat/boat-contract.ts";
import { silent as log } from "../../testing/service.ts";
import { openSpecDatabase } from "../../testing/spec-database.ts";
import { createAggregateStore } from "./aggregate-store.ts";
import type { Database } from "./database.ts";
import { createRelay, type Relay } from "./relay.ts";
import { type Aggregate, amend, type Transition, type TransitionType, transitionsOf } from "./transition.ts";

const { begin, advance } = transitionsOf(BoatEventSchema);

interface Counter extends Aggregate<TransitionType<typeof BoatEventSchema>> {
  count: number;
  createTime: Date;
}

const now = new Date();
const first = (id: string): Counter =>
  begin({ _id: id, count: 0, createTime: now }, { case: "boatLaunched", value: {} }, new Date());
const raised = (counter: Counter): Counter =>
  advance(counter, { case: "boatRenamed", value: {} }, new Date(), { count: counter.count + 1 });

type Publish = (document: Counter, transition: Transition) => Promise<void>;

let database: Database;
let collection: Collection<Counter>;
let relays: Relay<Counter>[] = [];
let dying: Relay<Counter>[] = [];

beforeAll(async () => {
  database = await openSpecDatabase();
  collection = database.db.collection<Counter>("counters");
}, 60_000);
afterAll(() => database?.close());
beforeEach(async () => {
  await collection.deleteMany({});
});
afterEach(async () => {
  for (const relay of relays) await relay.stop();
  for (const relay of dying) void relay.stop();
  [relays, dying] = [[], []];
  jest.restoreAllMocks();
});

/** A relay that runs; `publish` stands for the broker. */
function relayTo(publish: Publish, on = collection): Relay<Counter> {
  const relay = createRelay<Counter>({ collection: on, publish, log });
  relays.push(relay);
  relay.start();
  return relay;
}

/** A process that writes and publishes: what it has sent, as `<id>:<version>`. */
function startReplica(publish: Publish = async () => undefined, on = collection) {
  const sent: string[] = [];
  const relay = relayTo(async (document, transition) => {
    await publish(document, transition);
    sent.push(`${document._id}:${transition.version}`);
  }, on);
  return { sent, relay, store: createAggregateStore<Counter>({ collection, relay }) };
}

/** A process that dies before it can mark what it has published: it never gets as far. */
function startDying() {
  const own = database.db.collection<Counter>("counters");
  jest.spyOn(own, "bulkWrite").mockReturnValue(new Promise(() => undefined));
  const replica = startReplica(undefined, own);
  dying.push(...relays.splice(-1));
  return replica;
}

/** Writes without a process that publishes. */
const store = () => createAggregateStore<Counter>({ collection });

const isMarked = async () => (await collection.countDocuments({ pending: true })) === 0;

/** Runs a relay until nothing is pending. */
async function drain(publish: Publish): Promise<void> {
  const relay = relayTo(publish);
  await eventually(isMarked);
  await relay.stop();
}

async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let n = 0; n < 400 && !(await holds()); n++) await sleep(20);
  expect(await holds()).toBe(true);
}

describe("what a process left", () => {
  it("is published in order, once when nothing fails", async () => {
    await store().insert(first("a"));
    await store().update("a", raised);
    const sent: number[] = [];
    await drain(async (_, { version }) => void sent.push(version));
    expect(sent).toEqual([1, 2]);
    expect(await store().find("a")).toMatchObject({ published: 2, version: 2 });
  });

  it("is published however much it is", async () => {
    const ids = Array.from({ length: 250 }, (_, n) => `${n}`);
    await collection.insertMany(ids.map(first));
    const sent = new Set<string>();
    await drain(async ({ _id }) => void sent.add(_id));
    expect(sent.size).toBe(250);
  });

  it("holds nothing of an amendment, and loses nothing that waits beside it", async () => {
    const amended = (counter: Counter) => amend(counter, { count: counter.count + 10 }, new Date());
    await store().insert(first("a"));
    await store().update("a", amended);
    const sent: number[] = [];
    const publish: Publish = async (_, { version }) => void sent.push(version);
    await drain(publish);
    expect(await store().update("a", amended)).toMatchObject({ version: 3, count: 20, pending: false });
    await store().update("a", raised);
    await drain(publish);
    expect(sent).toEqual([1, 4]);
    expect(await store().find("a")).toMatchObject({ version: 4, published: 4, count: 21 });
  });

  it("is published again where the broker did not acknowledge it, and nothing is skipped", async () => {
    await store().insert(first("a"));
    await store().update("a", raised);
    const sent: number[] = [];
    let failures = 2;
    await drain(async (_, { version }) => {
      if (version === 2 && failures-- > 0) throw new Error("no acknowledgement");
      sent.push(version);
    });
    expect(sent).toEqual([1, 1, 1, 2]);
  });

  it("is published with what was written meanwhile, which is not marked before", async () => {
    await store().insert(first("a"));
    const sent: number[] = [];
    await drain(async (_, { version }) => {
      if (sent.length === 0) await store().update("a", raised);
      sent.push(version);
    });
    expect(sent).toContain(2);
    expect(await store().find("a")).toMatchObject({ published: 2, version: 2, count: 1 });
  });
});

describe("what a process writes", () => {
  it("it publishes itself, unread, and marks a moment later, all in few commands", async () => {
    const marks = jest.spyOn(collection, "bulkWrite");
    const reads = jest.spyOn(collection, "find");
    const { sent, store } = startReplica();
    const ids = Array.from({ length: 50 }, (_, n) => `${n}`);
    await eventually(() => reads.mock.calls.length > 0);
    await Promise.all(ids.map((id) => store.insert(first(id))));
    await eventually(isMarked);
    expect(sent.sort()).toEqual(ids.map((id) => `${id}:1`).sort());
    expect(marks.mock.calls.length).toBeLessThan(10);
    // Only what was left is looked for.
    for (const [filter] of reads.mock.calls.slice(1))
      expect(filter).toEqual({ pending: true, updateTime: { $lt: expect.any(Date) } });
  });

  it("says with its next write what the broker has acknowledged of it", async () => {
    const { sent, store } = startDying();
    await store.insert(first("a"));
    await eventually(() => sent.length === 1);
    expect(await collection.findOne()).toMatchObject({ version: 1, published: 0, pending: true });
    await store.update("a", raised);
    expect(await collection.findOne()).toMatchObject({ version: 2, published: 1, pending: true });
    await eventually(() => sent.length === 2);
    expect(sent).toEqual(["a:1", "a:2"]);
  });

  it("is published in order, each version once, however fast versions follow each other", async () => {
    const { sent, store } = startReplica(() => sleep(20));
    await store.insert(first("a"));
    for (let n = 0; n < 5; n++) await store.update("a", raised);
    await eventually(isMarked);
    expect(sent).toEqual(["a:1", "a:2", "a:3", "a:4", "a:5", "a:6"]);
    expect(await store.find("a")).toMatchObject({ version: 6, published: 6 });
  });

  it("is not published again because the database shows it unmarked", async () => {
    const { sent, relay, store } = startDying();
    await store.insert(first("a"));
    await eventually(() => sent.length === 1);
    const found = await collection.findOne();
    if (found) relay.written(found);
    await sleep(50);
    expect(sent).toEqual(["a:1"]);
  });

  it("waits in the database while the broker takes nothing, and is published once it does", async () => {
    const outage = Promise.withResolvers<void>();
    let tries = 0;
    const { sent, store } = startReplica(async () => {
      tries++;
      if (tries === 1) throw new Error("no broker");
      await outage.promise;
    });
    await store.insert(first("first"));
    try {
      // As it was written, and as it was found.
      await eventually(() => tries === 2);
      const ids = Array.from({ length: 60 }, (_, n) => `${n}`);
      await Promise.all(ids.map((id) => store.insert(first(id))));
      expect(tries).toBeLessThan(20);
    } finally {
      outage.resolve();
    }
    await eventually(isMarked);
    expect(new Set(sent).size).toBe(61);
  });

  it("each replica leaves to the other, until it was left for longer than marking takes", async () => {
    const replicas = ["a", "b"].map((name) => {
      const own = database.db.collection<Counter>("counters");
      return { name, looks: jest.spyOn(own, "find"), ...startReplica(undefined, own) };
    });
    await eventually(() => replicas.every(({ looks }) => looks.mock.calls.length > 1));
    // What was written after this is nothing left, however long its marks take.
    const time = jest.spyOn(Date, "now").mockReturnValue(Date.now());
    const ids = Array.from({ length: 40 }, (_, n) => n);
    await Promise.all(
      ids.flatMap((id) => replicas.map(({ name, store }) => store.insert(first(`${name}${id}`)))),
    );
    await eventually(isMarked);
    time.mockRestore();
    for (const { name, sent } of replicas)
      expect(sent.sort()).toEqual(ids.map((id) => `${name}${id}:1`).sort());
    await store().insert(first("left"));
    await eventually(() => replicas.some(({ sent }) => sent.includes("left:1")));
  });
});

describe("a process that dies between the acknowledgement and the mark", () => {
  it("has its event published again by the next one, under the same id, and then marked", async () => {
    const { sent, store } = startDying();
    await store.insert(first("a"));
    await eventually(() => sent.length === 1);
    const next = startReplica();
    await eventually(isMarked);
    expect([sent, next.sent]).toEqual([["a:1"], ["a:1"]]);
    expect(await store.find("a")).toMatchObject({ published: 1, version: 1 });
  });

  it("costs a document that another process wrote next no event", async () => {
    const { sent, store: dying } = startDying();
    await dying.insert(first("a"));
    await eventually(() => sent.length === 1);
    const other = startReplica();
    await other.store.update("a", raised);
    await eventually(isMarked);
    expect(new Set(other.sent)).toEqual(new Set(["a:1", "a:2"]));
    expect(await other.store.find("a")).toMatchObject({ published: 2, version: 2 });
  });
});
