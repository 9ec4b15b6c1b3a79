import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { RecordSelectionSchema } from "@ticketing/proto/type/internal/v1/record_selection";
import { MoneySchema } from "@ticketing/proto/type/v1/money";
import type { Collection, Filter } from "mongodb";
import { BoatEventSchema } from "../../testing/boat/boat-contract.ts";
import { openSpecDatabase } from "../../testing/spec-database.ts";
import { reasonOf } from "../process/domain-error.ts";
import type { Database } from "./database.ts";
import { byUpdateTime, isUnpublished, selectRecords, tellRecords } from "./select-records.ts";
import { type Aggregate, transitionsOf } from "./transition.ts";

const { begin, advance } = transitionsOf(BoatEventSchema);
const made = (_id: string, time: Date) => begin({ _id }, { case: "boatLaunched", value: {} }, time);
const at = (second: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, second));
let database: Database;
let records: Collection<Aggregate>;

beforeAll(async () => {
  database = await openSpecDatabase();
  records = database.db.collection<Aggregate>("records");
  await records.createIndex(byUpdateTime);
  // Three a second, so that pages end amid records of one time.
  const all = Array.from({ length: 30 }, (_, n) =>
    made(`r${String(n).padStart(2, "0")}`, at(Math.floor(n / 3))),
  );
  await records.insertMany(all);
}, 60_000);
afterAll(() => database?.close());

async function walk(since: Date, until: Date, pageSize: number, of = records): Promise<string[]> {
  const ids: string[] = [];
  for (let pageToken = ""; ; ) {
    const value = { since: timestampFromDate(since), until: timestampFromDate(until), pageSize, pageToken };
    const selection = create(RecordSelectionSchema, { selection: { case: "changed", value } });
    const page = await selectRecords(of, selection);
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

  it("are read of the index, and few more than a page has", async () => {
    const dense = database.db.collection<Aggregate>("dense");
    await dense.createIndex(byUpdateTime);
    await dense.insertMany(Array.from({ length: 900 }, (_, n) => made(`d${n}`, at(Math.floor(n / 3) * 2))));
    const filters: Filter<Aggregate>[] = [];
    const find = (filter: Filter<Aggregate>) => {
      filters.push(filter);
      return dense.find(filter);
    };
    expect(await walk(new Date(0), at(2_000), 20, { find } as typeof dense)).toHaveLength(900);
    let read = 0;
    for (const filter of filters) {
      const plan = await dense.find(filter).sort(byUpdateTime).explain("executionStats");
      expect(JSON.stringify(plan.queryPlanner.winningPlan)).not.toContain("COLLSCAN");
      read += plan.executionStats.totalDocsExamined;
    }
    expect(read).toBeLessThan(5 * 900);
  });

  it("or those named, without what is not there", async () => {
    const named = { case: "named" as const, value: { ids: ["r03", "none", "r17"] } };
    const page = await selectRecords(records, create(RecordSelectionSchema, { selection: named }));
    expect(page.documents.map(({ _id }) => _id).sort()).toEqual(["r03", "r17"]);
    expect(page.nextPageToken).toBe("");
  });

  it("are all walked through, though the ids of some are empty, longer than ours or no text", async () => {
    const odd = database.db.collection<Aggregate>("odd");
    const ids = ["", "a".repeat(65), "b".repeat(5_000), `${"c".repeat(199)}\u{1f600}`, "d", "\ud800 alone"];
    await odd.insertMany(ids.map((_id, n) => ({ ...made(_id, at(n % 2)), published: 1 })));
    await odd.insertOne({
      ...made("x", at(2)),
      _id: 5 as unknown as string,
    });
    const stored = await odd.countDocuments();
    for (const size of [1, 2, 3]) expect((await walk(at(0), at(9), size, odd)).length).toBe(stored);
  });

  it("are told one by one: what a contract has no words for takes nothing from the others", () => {
    const good = { ...made("good", at(0)), amount: 5 as unknown };
    const amounts = [Number.NaN, 0.5, "five", undefined, 2 ** 70];
    const documents = [...amounts.map((amount, n) => ({ ...good, _id: `bad${n}`, amount })), good];
    const { records, unreadable } = tellRecords(MoneySchema, documents, ({ amount }) => ({
      minorUnits: BigInt(amount as number),
      currency: "USD",
    }));
    expect(records).toMatchObject([{ minorUnits: 5n }]);
    expect(unreadable.map(({ id }) => id)).toEqual(amounts.map((_, n) => `bad${n}`));
  });

  it("are not selected by a token of something else", async () => {
    const value = { since: timestampFromDate(at(0)), until: timestampFromDate(at(9)), pageToken: "nonsense" };
    const selection = create(RecordSelectionSchema, { selection: { case: "changed", value } });
    await expect(selectRecords(records, selection).catch((error) => reasonOf(error))).resolves.toBe(
      "BAD_PAGE_TOKEN",
    );
  });

  it("follow a change", () => {
    const one = made("x", at(0));
    expect(one.updateTime).toEqual(at(0));
    expect(advance(one, { case: "boatRenamed", value: {} }, at(5)).updateTime).toEqual(at(5));
  });

  it("have waited too long when their events did for more than a minute", () => {
    const one = made("x", at(0));
    expect(isUnpublished(one, at(60))).toBe(false);
    expect(isUnpublished(one, at(61))).toBe(true);
    expect(isUnpublished({ ...one, pending: false }, at(61))).toBe(false);
  });
});
