import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { silent } from "../../testing/service.ts";
import { openSpecDatabase } from "../../testing/spec-database.ts";
import type { Database } from "./database.ts";
import type { Versioned } from "./document-store.ts";
import { type HeldVersion, startVersionCheck } from "./version-check.ts";

let database: Database;
beforeAll(async () => {
  database = await openSpecDatabase();
});
afterAll(() => database?.close());

it("finds the versions of all that is watched, again and again, whatever failed before", async () => {
  const collection = database.db.collection<Versioned & { rest: string }>("watched");
  const ids = Array.from({ length: 2_500 }, (_, n) => `${n}`);
  await collection.insertMany(ids.map((_id) => ({ _id, version: 1, rest: "unread" })));
  const questions: HeldVersion[][] = [];
  const third = Promise.withResolvers<void>();
  const check = startVersionCheck({
    collection,
    watched: () => new Set([...ids, "nobody's"]),
    found(versions) {
      questions.push(versions);
      if (questions.length === 1) throw new Error("fails once");
      if (questions.length === 4) third.resolve();
    },
    log: silent,
    everyMs: 10,
  });
  await third.promise;
  await check.stop();
  expect(questions.slice(1, 4).map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
  expect(questions[0]?.[0]).toEqual({ _id: "0", version: 1 });
  const asked = questions.length;
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(questions.length).toBe(asked);
}, 10_000);
