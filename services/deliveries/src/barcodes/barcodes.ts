import { byVersion, createDocumentStore } from "@ticketing/runtime/documents/document-store";
import type { Clock } from "@ticketing/runtime/process/clock";
import { isRefusedFor } from "@ticketing/runtime/process/domain-error";
import type { Db } from "mongodb";
import {
  type Barcode,
  type BarcodeClaim,
  type BarcodeUse,
  claim,
  isNew,
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

/**
 * Barcodes in `barcodes`, one document each. They are forgotten once nobody has claimed them for `maxAgeMs`, as it was at
 * the last claim.
 */
export async function openBarcodes(deps: {
  db: Db;
  standingOf: StandingOf;
  /** Deletes a listing's file if nobody can buy the ticket any more, and that was not seen yet: it is in the way. */
  endListing: (ticketId: string) => Promise<void>;
  maxAgeMs: number;
  clock: Clock;
}): Promise<Barcodes> {
  const { db, standingOf, endListing, maxAgeMs, clock } = deps;
  const collection = db.collection<Barcode>("barcodes");
  await collection.createIndex(byVersion);
  await collection.createIndex({ forgetTime: 1 }, { expireAfterSeconds: 0 });
  const store = createDocumentStore<Barcode>({ collection });

  const forgetTime = () => new Date(clock().getTime() + maxAgeMs);

  /** A claim that is new stands, whatever has become of its use: a call may be about to store its file. */
  const standing = async (each: BarcodeClaim, id: string): Promise<Standing> => {
    const found = await standingOf(each, id);
    return found === "gone" && isNew(each, clock()) ? "stands" : found;
  };

  const claimOne = async (use: BarcodeUse, id: string): Promise<void> => {
    const change = async (barcode: Barcode) => {
      const standings = await Promise.all(barcode.claims.map((each) => standing(each, id)));
      return { ...claim(barcode, standings, use, clock()), forgetTime: forgetTime() };
    };
    const known = await store.find(id);
    // What another call stored meanwhile is read, and decided on again.
    if (!known && (await store.insert(await change(unclaimed(id, forgetTime())))) === "inserted") return;
    await store.update(id, change, known ?? undefined).catch(async (error: unknown) => {
      if (!isRefusedFor(error, "BARCODE_TAKEN")) throw error;
      await endOthers(use, id);
      await store.update(id, change);
    });
  };

  /** Sees to the other listings that have claimed it. */
  const endOthers = async (use: BarcodeUse, id: string): Promise<void> => {
    const { claims } = await store.get(id);
    for (const each of claims) if (each.kind === "ticket" && each.id !== use.id) await endListing(each.id);
  };

  return {
    async claim(use, ids) {
      for (const id of ids) await claimOne(use, id);
    },
  };
}
