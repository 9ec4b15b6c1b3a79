import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { silent as log } from "../../testing/service.ts";
import { openSpecDatabase } from "../../testing/spec-database.ts";
import type { Database } from "./database.ts";
import { createRepublication } from "./republication.ts";

const COUNT = 250;
let database: Database;

beforeAll(async () => {
  database = await openSpecDatabase();
}, 60_000);
afterAll(async () => {
  await database?.close();
});

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  for (let n = 0; n < 500; n++) {
    if (await done()) return;
    await sleep(20);
  }
  throw new Error("it never happened");
}

/** A collection, what was announced of it in which pass, and processes that announce it. */
async function documents(name: string) {
  const collection = database.db.collection<{ _id: string; version: number }>(name);
  const ids = Array.from({ length: COUNT }, (_, n) => `${n}`);
  await collection.insertMany(ids.map((_id) => ({ _id, version: 1 })));
  const announced: string[] = [];
  const control = { breaksAt: Number.POSITIVE_INFINITY };
  const start = () => {
    const republication = createRepublication({
      db: database.db,
      name: name,
      collection,
      announce: async ({ _id }, pass) => {
        if (announced.length >= control.breaksAt) throw new Error("the broker is away");
        announced.push(`${_id} ${pass}`);
      },
      log,
      leftMs: 300,
      lookMs: 100,
    });
    republication.start();
    return republication;
  };
  const passes = () => [...new Set(announced.map((each) => each.split(" ")[1]))];
  const open = () => database.db.collection<{ _id: string }>("republications").countDocuments({ _id: name });
  return { ids, announced, control, start, passes, open };
}

describe("all documents", () => {
  it("are announced again at a request, each once, by one process of several", async () => {
    const { ids, announced, start, passes, open } = await documents("once");
    const replicas = [start(), start()];
    await replicas[0]?.request();
    await until(async () => (await open()) === 0);
    expect(announced).toHaveLength(COUNT);
    expect(announced.map((each) => each.split(" ")[0]).sort()).toEqual([...ids].sort());
    expect(passes()).toHaveLength(1);
    for (const replica of replicas) await replica.stop();
  });

  it("are announced to the last by another process when one has died amid them, or the broker is away", async () => {
    const { ids, announced, control, start, open } = await documents("died");
    const first = start();
    control.breaksAt = 130;
    await first.request();
    await until(() => announced.length === 130);
    await first.stop();
    const second = start();
    await sleep(400);
    control.breaksAt = Number.POSITIVE_INFINITY;
    await until(async () => (await open()) === 0);
    expect([...new Set(announced.map((each) => each.split(" ")[0]))].sort()).toEqual([...ids].sort());
    // Only those of the broken batch twice, in one pass: the broker knows them.
    expect(announced.length).toBeLessThan(COUNT + 100);
    await second.stop();
  });

  it("are announced once more when that is asked for amid a pass", async () => {
    const { announced, start, passes, open } = await documents("again");
    const republication = start();
    await republication.request();
    await until(() => announced.length >= 100);
    await republication.request();
    await until(async () => (await open()) === 0);
    expect(announced).toHaveLength(2 * COUNT);
    expect(passes()).toHaveLength(2);
    await republication.stop();
  });
});
