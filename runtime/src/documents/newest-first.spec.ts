import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { Query } from "mingo";
import type { Collection } from "mongodb";
import { openSpecDatabase } from "../../testing/spec-database.ts";
import type { Database } from "./database.ts";
import { newestFirst, pastPosition } from "./newest-first.ts";

interface Row {
  _id: string;
  owner: string;
  createTime: Date;
}

let database: Database;
let rows: Collection<Row>;

beforeAll(async () => {
  database = await openSpecDatabase();
  rows = database.db.collection<Row>("rows");
  await rows.createIndex({ owner: 1, createTime: -1, _id: -1 });
}, 60_000);
afterAll(() => database?.close());

const row = fc.record({
  _id: fc.integer({ min: 0, max: 99 }).map((n) => `row-${n}`),
  owner: fc.constantFrom("ann", "bea"),
  // Few different times, so that ties are common.
  createTime: fc.integer({ min: 0, max: 4 }).map((n) => new Date(Date.UTC(2030, 0, 1, 0, 0, n))),
});
const drafts = fc.uniqueArray(row, { selector: ({ _id }) => _id, maxLength: 40 });

describe("pages, newest first", () => {
  it("show every document once and in order, and each page is what another query engine finds", async () => {
    await fc.assert(
      fc.asyncProperty(drafts, fc.integer({ min: 1, max: 7 }), async (documents, pageSize) => {
        await rows.deleteMany({});
        if (documents.length > 0) await rows.insertMany(documents);
        const seen: Row[] = [];
        let pageToken = "";
        do {
          const oracle = new Query(pastPosition(rows, { owner: "ann" }, pageToken))
            .find<Row>(documents)
            .sort({ createTime: -1, _id: -1 })
            .limit(pageSize)
            .all();
          const page = await newestFirst(rows, { owner: "ann" }, { pageSize, pageToken });
          expect(page.documents).toEqual(oracle);
          seen.push(...page.documents);
          pageToken = page.nextPageToken;
        } while (pageToken !== "");
        const wanted = documents
          .filter(({ owner }) => owner === "ann")
          .sort((a, b) => b.createTime.getTime() - a.createTime.getTime() || (a._id < b._id ? 1 : -1));
        expect(seen).toEqual(wanted);
      }),
      { numRuns: 40 },
    );
  });

  it("have 20 rows unless asked otherwise, and no next page when they end exactly there", async () => {
    const many = Array.from({ length: 21 }, (_, n) => ({
      _id: `row-${n}`,
      owner: "ann",
      createTime: new Date(Date.UTC(2030, 0, 1, 0, 0, n)),
    }));
    await rows.deleteMany({});
    await rows.insertMany(many);
    const first = await newestFirst(rows, { owner: "ann" }, { pageSize: 0, pageToken: "" });
    expect(first.documents).toHaveLength(20);
    const rest = await newestFirst(rows, { owner: "ann" }, { pageSize: 1, pageToken: first.nextPageToken });
    expect(rest).toMatchObject({ documents: [{ _id: "row-0" }], nextPageToken: "" });
  });

  it("take no token of another list, nor one with a time that there is not", async () => {
    const createTime = new Date(Date.UTC(2030, 0, 1));
    const two = ["row-1", "row-2"].map((_id) => ({ _id, owner: "ann", createTime }));
    await rows.deleteMany({});
    await rows.insertMany(two);
    const { nextPageToken } = await newestFirst(rows, { owner: "ann" }, { pageSize: 1, pageToken: "" });
    const of = (filter: object, pageToken: string) => newestFirst(rows, filter, { pageSize: 1, pageToken });
    expect((await of({ owner: "ann" }, nextPageToken)).documents).toHaveLength(1);
    await expect(of({ owner: "bea" }, nextPageToken)).rejects.toMatchObject({ reason: "BAD_PAGE_TOKEN" });
    const never = Buffer.from(JSON.stringify({ t: 8.65e15, i: "row-1" })).toString("base64url");
    await expect(of({ owner: "ann" }, never)).rejects.toMatchObject({ reason: "BAD_PAGE_TOKEN" });
  });
});
