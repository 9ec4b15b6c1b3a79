import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { Category } from "@ticketing/proto/tickets/v1/ticket";
import type { Database } from "@ticketing/runtime/documents/database";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import fc from "fast-check";
import { cancel, type Event, proposeEvent } from "./event.ts";
import { type EventStore, eventAggregate } from "./event-aggregate.ts";
import { mergeEvents } from "./merge-events.ts";
import { createMergeLock } from "./merge-lock.ts";

let now = new Date(Date.UTC(2030, 0, 1));
const clock = () => now;
let database: Database;
let store: EventStore;

beforeAll(async () => {
  database = await openSpecDatabase();
  store = await eventAggregate.store(database.db);
}, 60_000);
afterAll(() => database?.close());
afterEach(async () => {
  await store.collection.deleteMany({});
});

const proposed = (id: string): Event =>
  proposeEvent(
    {
      ...{ title: `Title of ${id}`, category: Category.THEATRE, durationMs: 60_000 },
      venue: { _id: "v", name: "Globe", city: "London", country: "GB", timeZone: "Europe/London" },
      startTime: new Date(Date.UTC(2030, 5, 1)),
    },
    { id, proposerId: "p", requestFingerprint: "" },
    now,
  );

/** A replica of its own, whose nth write from now on fails as if its process had died before it. */
function replica(diesAt = Number.POSITIVE_INFINITY) {
  let writes = 0;
  const events: EventStore = {
    ...store,
    update(...args) {
      if (++writes >= diesAt) return Promise.reject(new Error("the process died"));
      return store.update(...args);
    },
  };
  const mergeLock = createMergeLock(database.db, clock);
  return (eventId: string, intoEventId: string) =>
    mergeEvents({ events, mergeLock, clock }, { ...by, eventId, intoEventId });
}
const by = { operatorId: "operator", reason: "named twice" };
const all = async () => (await store.collection.find().sort({ _id: 1 }).toArray()) as Event[];

describe("merging events", () => {
  it("whose turn was over before its write looks at both again", async () => {
    for (const id of ["a", "b"]) await store.insert(proposed(id));
    const late: EventStore = {
      ...store,
      async update(id, step, known) {
        if (id === "a") {
          now = new Date(now.getTime() + 10_001);
          await replica()("b", "a");
        }
        return store.update(id, step, known);
      },
    };
    const mergeLock = createMergeLock(database.db, clock);
    const merging = mergeEvents(
      { events: late, mergeLock, clock },
      { ...by, eventId: "a", intoEventId: "b" },
    );
    expect(await merging.catch(reasonOf)).toBe("EVENT_MERGED");
    expect((await all()).map(({ mergedInto }) => mergedInto)).toEqual([undefined, "a"]);
  });

  it("both ways at the same time makes one of them hold, whichever", async () => {
    for (const id of ["a", "b"]) await store.insert(proposed(id));
    const outcomes = await Promise.all([
      replica()("a", "b").then(() => "done", reasonOf),
      replica()("b", "a").then(() => "done", reasonOf),
    ]);
    expect(outcomes.sort()).toEqual(["EVENT_MERGED", "done"]);
    const [kept] = (await all()).filter(({ mergedInto }) => !mergedInto);
    expect(kept?.aliases).toHaveLength(1);
  });

  it("leaves no title behind when it is refused", async () => {
    for (const id of ["a", "b"]) await store.insert(proposed(id));
    await store.update("a", (event) => cancel(event, { ...by, version: 1 }, now));
    const before = await all();
    expect(await replica()("a", "b").catch(reasonOf)).toBe("EVENT_CANCELLED");
    expect(await replica()("b", "a").catch(reasonOf)).toBe("EVENT_CANCELLED");
    expect(await all()).toEqual(before);
  });

  it("waits for nobody whose process died in it", async () => {
    for (const id of ["a", "b"]) await store.insert(proposed(id));
    await new Promise<void>((begun) => {
      void createMergeLock(database.db, clock).alone(() => {
        begun();
        return new Promise(() => undefined);
      });
    });
    expect(await replica()("a", "b").catch(reasonOf)).toBe("CONTENTION");
    now = new Date(now.getTime() + 10_000);
    expect((await replica()("a", "b"))._id).toBe("b");
  }, 30_000);

  it("leads to what holds in one step, whichever are asked for at once and wherever one dies", async () => {
    const id = fc.constantFrom("a", "b", "c", "d");
    const wish = fc.record({ from: id, into: id, diesAt: fc.constantFrom(1, 2, 9, 9, 9) });
    await fc.assert(
      fc.asyncProperty(fc.array(wish, { minLength: 2, maxLength: 8 }), async (wishes) => {
        await store.collection.deleteMany({});
        for (const each of ["a", "b", "c", "d"]) await store.insert(proposed(each));
        await Promise.allSettled(wishes.map(({ from, into, diesAt }) => replica(diesAt)(from, into)));
        const events = await all();
        const byId = new Map(events.map((event) => [event._id, event]));
        for (const { mergedInto = "" } of events) expect(byId.get(mergedInto)?.mergedInto).toBeUndefined();
        // What was left half done is whole after a repeat, and nothing but what was merged gave its title.
        for (const { _id, mergedInto } of events) if (mergedInto) await replica()(_id, mergedInto);
        for (const { _id, aliases } of await all()) {
          const led = events.filter(({ mergedInto }) => mergedInto === _id).map(({ title }) => title);
          expect(aliases.toSorted()).toEqual(led.toSorted());
        }
      }),
      { numRuns: 12 },
    );
  }, 120_000);
});
