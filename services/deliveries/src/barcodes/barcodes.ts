import { byVersion, createDocumentStore } from "@ticketing/runtime/documents/document-store";
import type { Clock } from "@ticketing/runtime/process/clock";
import type { Db } from "mongodb";
import {
  type Barcode,
  type BarcodeClaim,
  type BarcodeUse,
  CLAIM_GRACE_MS,
  claim,
  type Standing,
  unclaimed,
} from "./barcode.ts";

/** Which barcodes are whose. */
export interface Barcodes {
  /**
   * Claims barcodes by their ids, for a file that is about to be stored with this listing or order: within a minute, or
   * never. Of two calls at once, one wins. A repeat for the same use claims nothing more. What was claimed and is not in
   * use two minutes later is free again. Throws BARCODE_TAKEN; what was claimed before it is then left to that rule.
   */
  claim(use: BarcodeUse, ids: readonly string[]): Promise<void>;
}

/**
 * What a claim is worth by what it was made for, whatever its age: by the listing's or the order's own document, in which
 * nobody can store an older file later on.
 */
export type StandingOf = (claim: BarcodeClaim, id: string) => Promise<Standing>;

/** Barcodes in `barcodes`, one document each. They are forgotten once nobody has claimed them for `maxAgeMs`. */
export async function openBarcodes(deps: {
  db: Db;
  standingOf: StandingOf;
  maxAgeMs: number;
  clock: Clock;
}): Promise<Barcodes> {
  const { db, standingOf, maxAgeMs, clock } = deps;
  const collection = db.collection<Barcode>("barcodes");
  await collection.createIndex(byVersion);
  await collection.createIndex({ claimTime: 1 }, { expireAfterSeconds: Math.ceil(maxAgeMs / 1000) });
  const store = createDocumentStore<Barcode>({ collection });

  /** A claim that is new stands, whatever has become of its use: a call may be about to store its file. */
  const standing = async (each: BarcodeClaim, id: string): Promise<Standing> => {
    const found = await standingOf(each, id);
    const isNew = clock().getTime() - each.time.getTime() < CLAIM_GRACE_MS;
    return found === "gone" && isNew ? "stands" : found;
  };

  const claimOne = async (use: BarcodeUse, id: string): Promise<void> => {
    const change = async (barcode: Barcode) =>
      claim(barcode, await Promise.all(barcode.claims.map((each) => standing(each, id))), use, clock());
    const known = await store.find(id);
    // What another call stored meanwhile is read, and decided on again.
    if (!known && (await store.insert(await change(unclaimed(id, clock())))) === "inserted") return;
    await store.update(id, change, known ?? undefined);
  };

  return {
    async claim(use, ids) {
      for (const id of ids) await claimOne(use, id);
    },
  };
}
