import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Database } from "@ticketing/runtime/documents/database";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { newSecretKey, secretKeys } from "@ticketing/runtime/process/secret-keys";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { type BarcodeUse, CLAIM_GRACE_MS, requireClaimed, type Standing } from "./barcode.ts";
import { barcodeIds } from "./barcode-ids.ts";
import { type Barcodes, openBarcodes } from "./barcodes.ts";

let now: number;
let database: Database;
let barcodes: Barcodes;
/** What became of listings and orders; one that is not here has no file. */
const standings = new Map<string, Standing>();
/** Listings that ended, and have their file until that is seen. */
const ended = new Set<string>();
const clock = () => new Date(now);
const endListing = async (id: string) => {
  if (ended.has(id)) standings.delete(id);
};

beforeAll(async () => {
  database = await openSpecDatabase();
  const standingOf = async ({ id }: { id: string }) => standings.get(id) ?? "gone";
  barcodes = await openBarcodes({ db: database.db, standingOf, endListing, maxAgeMs: 1_000_000_000, clock });
}, 60_000);
afterAll(() => database?.close());
beforeEach(() => {
  now = Date.UTC(2030, 0, 1);
});

const sale = (sellerId: string, buyerId: string): BarcodeUse => ({
  ...{ kind: "order", id: randomUUID(), sellerId, buyerId },
});
const listing = (sellerId: string): BarcodeUse => ({ kind: "ticket", id: randomUUID(), sellerId });
const newBarcode = () => [randomBytes(32).toString("hex")];
/** The reason why a claim is refused; undefined where it is not. */
const refusal = (use: BarcodeUse, ids: string[]) => barcodes.claim(use, ids).then(() => undefined, reasonOf);
/** Claims a barcode, and stores the file that it was claimed for. */
async function claimed(use: BarcodeUse, ids: string[]): Promise<void> {
  await barcodes.claim(use, ids);
  standings.set(use.id, "stands");
}

describe("a barcode", () => {
  it("is for one sale, until its money goes back", async () => {
    const barcode = newBarcode();
    const first = sale("seller", "buyer");
    await claimed(first, barcode);
    expect(await refusal(sale("seller", "other buyer"), barcode)).toBe("BARCODE_TAKEN");
    expect(await refusal(sale("other seller", "buyer"), barcode)).toBe("BARCODE_TAKEN");
    expect(await refusal(listing("seller"), barcode)).toBe("BARCODE_TAKEN");
    expect(await refusal(first, barcode)).toBeUndefined();
    standings.set(first.id, "rests");
    expect(await refusal(sale("buyer", "third"), barcode)).toBe("BARCODE_TAKEN");
    expect(await refusal(sale("seller", "other buyer"), barcode)).toBeUndefined();
  });

  it("is sold on by its buyer alone, and goes back along the way that it came", async () => {
    const barcode = newBarcode();
    const [first, second] = [sale("a", "b"), sale("b", "c")];
    await claimed(first, barcode);
    await claimed(second, barcode);
    expect(await refusal(listing("a"), barcode)).toBe("BARCODE_TAKEN");
    expect(await refusal(listing("b"), barcode)).toBe("BARCODE_TAKEN");
    // The seller before may deliver to their own buyer again.
    expect(await refusal(first, barcode)).toBeUndefined();
    standings.set(second.id, "rests");
    expect(await refusal(listing("c"), barcode)).toBe("BARCODE_TAKEN");
    expect(await refusal(sale("b", "d"), barcode)).toBeUndefined();
    standings.set(first.id, "rests");
    now += CLAIM_GRACE_MS;
    expect(await refusal(listing("b"), barcode)).toBe("BARCODE_TAKEN");
    expect(await refusal(listing("a"), barcode)).toBeUndefined();
  });

  it("of a listing that was sold is that order's to be delivered with, and nobody else's", async () => {
    const barcode = newBarcode();
    const listed = listing("a");
    await claimed(listed, barcode);
    const bound = sale("a", "b");
    standings.set(listed.id, { boundTo: bound.id });
    for (const other of [sale("a", "c"), sale("c", "b"), listing("a"), listing("b"), listing("c")])
      expect(await refusal(other, barcode)).toBe("BARCODE_TAKEN");
    expect(await refusal(bound, barcode)).toBeUndefined();
  });

  it("is in one listing at a time, and is that listing's buyer's once it is sold", async () => {
    const barcode = newBarcode();
    const listed = listing("a");
    await claimed(listed, barcode);
    expect(await refusal(listed, barcode)).toBeUndefined();
    expect(await refusal(listing("a"), barcode)).toBe("BARCODE_TAKEN");
    expect(await refusal(listing("b"), barcode)).toBe("BARCODE_TAKEN");
    expect(await refusal(sale("a", "b"), barcode)).toBe("BARCODE_TAKEN");
    standings.set(listed.id, { soldTo: "b" });
    expect(await refusal(listing("a"), barcode)).toBe("BARCODE_TAKEN");
    const again = listing("b");
    await claimed(again, barcode);
    // The first sale is given back, and its listing is for sale again: the second has nothing to sell.
    standings.set(listed.id, "stands");
    expect(await refusal(again, barcode)).toBe("BARCODE_TAKEN");
    expect(await refusal(sale("b", "c"), barcode)).toBe("BARCODE_TAKEN");
    // That was claimed just now, and may be about to be sold; then it is in nobody's way.
    expect(await refusal(listed, barcode)).toBe("BARCODE_TAKEN");
    now += CLAIM_GRACE_MS;
    expect(await refusal(listed, barcode)).toBeUndefined();
  });

  it("is anybody's again when the listing ended, or the file never came to be, after a while", async () => {
    const barcode = newBarcode();
    await barcodes.claim(sale("a", "b"), barcode);
    expect(await refusal(listing("c"), barcode)).toBe("BARCODE_TAKEN");
    now += CLAIM_GRACE_MS;
    const listed = listing("c");
    await claimed(listed, barcode);
    now += CLAIM_GRACE_MS;
    expect(await refusal(listing("d"), barcode)).toBe("BARCODE_TAKEN");
    ended.add(listed.id);
    expect(await refusal(listing("d"), barcode)).toBeUndefined();
  });

  it("is forgotten so long after its last claim, also where processes know of different times", async () => {
    const barcode = newBarcode();
    await barcodes.claim(sale("a", "b"), barcode);
    const { db } = database;
    const others = await openBarcodes({
      db,
      standingOf: async () => "gone",
      endListing,
      maxAgeMs: 5_000,
      clock,
    });
    now += CLAIM_GRACE_MS;
    await others.claim(sale("a", "b"), barcode);
    const stored = database.db.collection("barcodes");
    expect(await stored.findOne({ _id: barcode[0] as never })).toMatchObject({
      forgetTime: new Date(now + 5_000),
    });
    expect(await stored.indexes()).toContainEqual(
      expect.objectContaining({ key: { forgetTime: 1 }, expireAfterSeconds: 0 }),
    );
  });

  it("is one claim's, of many at once", async () => {
    const barcode = newBarcode();
    const uses = Array.from({ length: 6 }, (_, n) => (n % 2 ? listing(`s${n}`) : sale(`s${n}`, "b")));
    const refusals = await Promise.all(uses.map((use) => refusal(use, barcode)));
    expect(refusals.filter((reason) => reason === undefined)).toHaveLength(1);
    expect(refusals.filter((reason) => reason === "BARCODE_TAKEN")).toHaveLength(5);
  });

  it("is remembered along a chain of any length", async () => {
    const barcode = newBarcode();
    for (let n = 0; n < 25; n++) await claimed(sale(`u${n}`, `u${n + 1}`), barcode);
    expect(await refusal(listing("u25"), barcode)).toBeUndefined();
    const stored = await database.db.collection("barcodes").findOne({ _id: barcode[0] as never });
    expect(stored?.claims).toHaveLength(20);
    expect(stored?.claims[0].sellerId).toBe("u0");
  });
});

it("what took longer than a claim is sure to stand is not stored", () => {
  const claimTime = new Date(0);
  expect(() => requireClaimed(claimTime, new Date(CLAIM_GRACE_MS / 2 - 1))).not.toThrow();
  expect(() => requireClaimed(claimTime, new Date(CLAIM_GRACE_MS / 2))).toThrow("too long");
});

describe("the id of a barcode", () => {
  const [old, newer] = [newSecretKey(), newSecretKey()];
  const digest = "ab".repeat(32);

  it("is told by nobody without the key, and is another for each barcode", () => {
    const [id = ""] = barcodeIds(secretKeys.parse(old))([digest]);
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(barcodeIds(secretKeys.parse(newer))([digest])).not.toContain(id);
    expect(barcodeIds(secretKeys.parse(old))(["cd".repeat(32)])).not.toContain(id);
  });

  it("stays among its ids while keys are replaced", async () => {
    const both = barcodeIds(secretKeys.parse(`${newer},${old}`));
    expect(both([digest])).toEqual([
      ...barcodeIds(secretKeys.parse(newer))([digest]),
      ...barcodeIds(secretKeys.parse(old))([digest]),
    ]);
  });
});
