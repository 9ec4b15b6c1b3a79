import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { RecordSelectionSchema } from "@ticketing/proto/type/v1/record_selection";
import type { Collection } from "mongodb";
import { openSpecDatabase } from "../testing/spec-database.ts";
import type { Database } from "./database.ts";
import { type Aggregate, advance, born } from "./document-store.ts";
import { reasonOf } from "./domain-error.ts";
import { byUpdateTime, isUnpublished, selectRecords } from "./select-records.ts";

const at = (second: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, second));
let database: Database;
let records: Collection<Aggregate>;

beforeAll(async () => {
  database = await openSpecDatabase();
  records = database.db.collection<Aggregate>("records");
  await records.createIndex(byUpdateTime);
  // Three a second, so that pages end amid records of one time.
  const all = Array.from({ length: 30 }, (_, n) =>
    born({ _id: `r${String(n).padStart(2, "0")}` }, { type: "made", time: at(Math.floor(n / 3)) }),
  );
  await records.insertMany(all);
}, 60_000);
afterAll(() => database?.close());

async function walk(since: Date, until: Date, pageSize: number): Promise<string[]> {
  const ids: string[] = [];
  for (let pageToken = ""; ; ) {
    const value = { since: timestampFromDate(since), until: timestampFromDate(until), pageSize, pageToken };
    const selection = create(RecordSelectionSchema, { selection: { case: "changed", value } });
    const page = await selectRecords(records, selection);
    expect(page.documents.length).toBeLessThanOrEqual(pageSize);
    ids.push(...page.documents.map(({ _id }) => _id));
    if (!page.nextPageToken) return ids;
    pageToken = page.nextPageToken;
  }
}

describe("records that reconciliation selects", () => {
  it("are those changed since one time and before another, each once, whatever the size of the page", async () => {
    const wanted = (await records.find({ updateTime: { $gte: at(2), $lt: at(8) } }).toArray()).map(
      ({ _id }) => _id,
    );
    expect(wanted).toHaveLength(18);
    for (const size of [1, 2, 3, 4, 17, 18, 100]) {
      expect(await walk(at(2), at(8), size)).toEqual(wanted.sort());
    }
  });

  it("or those named, without what is not there", async () => {
    const named = { case: "named" as const, value: { ids: ["r03", "none", "r17"] } };
    const page = await selectRecords(records, create(RecordSelectionSchema, { selection: named }));
    expect(page.documents.map(({ _id }) => _id).sort()).toEqual(["r03", "r17"]);
    expect(page.nextPageToken).toBe("");
  });

  it("are not selected by a token of something else", async () => {
    const value = { since: timestampFromDate(at(0)), until: timestampFromDate(at(9)), pageToken: "nonsense" };
    const selection = create(RecordSelectionSchema, { selection: { case: "changed", value } });
    await expect(selectRecords(records, selection).catch((error) => reasonOf(error))).resolves.toBe(
      "BAD_PAGE_TOKEN",
    );
  });

  it("follow a change", () => {
    const made = born({ _id: "x" }, { type: "made", time: at(0) });
    expect(made.updateTime).toEqual(at(0));
    expect(advance(made, { type: "changed", time: at(5) }).updateTime).toEqual(at(5));
  });

  it("have waited too long when their events did for more than a minute", () => {
    const made = born({ _id: "x" }, { type: "made", time: at(0) });
    expect(isUnpublished(made, at(60))).toBe(false);
    expect(isUnpublished(made, at(61))).toBe(true);
    expect(isUnpublished({ ...made, pending: false }, at(61))).toBe(false);
  });
});
