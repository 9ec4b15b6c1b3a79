import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Database } from "@ticketing/runtime/documents/database";
import { CONCURRENT_EVENTS } from "@ticketing/runtime/events/events";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import type { Collection } from "mongodb";
import { byIdAndVersion, createNewestRows, type TakeRow } from "./newest-rows.ts";

interface Row {
  _id: string;
  version: number;
}

let database: Database;
let collection: Collection<Row>;
let take: TakeRow<Row>;

beforeAll(async () => {
  database = await openSpecDatabase();
  collection = database.db.collection<Row>("rows");
  await collection.createIndex(byIdAndVersion);
  take = createNewestRows(collection, { gatherMs: 50 });
}, 60_000);
afterEach(async () => {
  jest.restoreAllMocks();
  await collection.deleteMany({});
});
afterAll(() => database?.close());

const row = (_id: string, version: number): Row => ({ _id, version });
const held = async () => (await collection.find().sort({ _id: 1 }).toArray()).map(({ version }) => version);

describe("rows that come within a moment", () => {
  it("are stored by one command, each told whether it was newer than what is held", async () => {
    await Promise.all([take(row("a", 5)), take(row("b", 5))]);
    const writes = jest.spyOn(collection, "bulkWrite");
    const taken = await Promise.all([row("a", 4), row("b", 6), row("c", 1), row("d", 1)].map(take));
    expect(taken).toEqual([false, true, true, true]);
    expect(writes).toHaveBeenCalledTimes(1);
    expect(await held()).toEqual([5, 6, 1, 1]);
  });

  it("of one id are stored once: the newest of them", async () => {
    const taken = await Promise.all([row("a", 2), row("a", 3), row("a", 1)].map(take));
    expect(taken).toEqual([false, true, false]);
    expect(await held()).toEqual([3]);
  });

  it("wait no longer once as many came as can come", async () => {
    const patient = createNewestRows(collection, { gatherMs: 60_000 });
    // Of few ids: those that wait are counted, not their rows.
    const events = Array.from({ length: CONCURRENT_EVENTS }, (_, n) => row(`${n % 3}`, n + 1));
    await Promise.all(events.map(patient));
    expect(await held()).toHaveLength(3);
  });

  it("are none of them stored for whoever waits when the command failed, and stored by a repeat", async () => {
    jest.spyOn(collection, "bulkWrite").mockRejectedValueOnce(new Error("the answer was lost"));
    const all = [row("a", 1), row("b", 1)];
    const first = await Promise.allSettled(all.map(take));
    expect(first.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await Promise.all(all.map(take))).toEqual([true, true]);
  });
});
