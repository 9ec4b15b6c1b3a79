import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { type Collection, FindCursor } from "mongodb";
import { openSpecDatabase } from "../../testing/spec-database.ts";
import type { Database } from "./database.ts";
import { findTogether } from "./find-together.ts";

interface Boat {
  _id: string;
  name: string;
}

let database: Database;
let collection: Collection<Boat>;
let find: (id: string) => Promise<Boat | null>;

beforeAll(async () => {
  database = await openSpecDatabase();
  collection = database.db.collection<Boat>("boats");
}, 60_000);
afterAll(() => database?.close());
beforeEach(async () => {
  await collection.deleteMany({});
  await collection.insertMany(["a", "b", "c"].map((_id) => ({ _id, name: `boat ${_id}` })));
  find = findTogether(collection);
});
afterEach(() => {
  jest.restoreAllMocks();
});

const names = async (...ids: string[]) => (await Promise.all(ids.map(find))).map((boat) => boat?.name);

describe("documents found together", () => {
  it("are read by one command where they are asked for at once, each once", async () => {
    const commands = jest.spyOn(collection, "find");
    expect(await names("a", "c", "none", "a")).toEqual(["boat a", "boat c", undefined, "boat a"]);
    expect(commands).toHaveBeenCalledTimes(1);
    expect(await names("b")).toEqual(["boat b"]);
  });

  it("are read after they are asked for: no read that is under way answers", async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { toArray } = FindCursor.prototype;
    const slow = jest.spyOn(FindCursor.prototype, "toArray").mockImplementationOnce(async function (
      this: FindCursor,
    ) {
      const found = await toArray.call(this);
      await held;
      return found;
    });
    const before = names("a");
    while (slow.mock.calls.length === 0) await new Promise(setImmediate);
    await collection.updateOne({ _id: "a" }, { $set: { name: "renamed" } });
    const after = names("a");
    release();
    expect(await after).toEqual(["renamed"]);
    await before;
  });

  it("are many more than one command reads", async () => {
    const ids = Array.from({ length: 250 }, (_, n) => `${n}`);
    await collection.insertMany(ids.map((_id) => ({ _id, name: _id })));
    const commands = jest.spyOn(collection, "find");
    expect(await names(...ids)).toEqual(ids);
    expect(commands).toHaveBeenCalledTimes(3);
  });

  it("fail together, and are asked for anew by the next", async () => {
    jest.spyOn(collection, "find").mockImplementationOnce(() => {
      throw new Error("the database is away");
    });
    const [a, b] = await Promise.allSettled([find("a"), find("b")]);
    expect([a?.status, b?.status]).toEqual(["rejected", "rejected"]);
    expect(await names("a", "b")).toEqual(["boat a", "boat b"]);
  });
});
