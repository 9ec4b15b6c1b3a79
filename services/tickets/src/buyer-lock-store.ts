import { byVersion, createDocumentStore } from "@ticketing/runtime/documents/document-store";
import type { Db } from "mongodb";
import { type BuyerLocks, noLocks } from "./buyer-locks.ts";

/** Every buyer's lock slots, and who may not sell and buy: made on first use. */
export interface BuyerLockStore {
  /** Null for a user who never locked anything, and about whom no operator decided. */
  find(userId: string): Promise<BuyerLocks | null>;
  update(buyerId: string, change: (locks: BuyerLocks) => BuyerLocks | Promise<BuyerLocks>): Promise<void>;
}

/** Lock slots in `buyer_locks`. */
export async function createBuyerLockStore(db: Db): Promise<BuyerLockStore> {
  const collection = db.collection<BuyerLocks>("buyer_locks");
  await collection.createIndex(byVersion);
  const store = createDocumentStore<BuyerLocks>({ collection });
  return {
    find: store.find,
    async update(buyerId, change) {
      const known = await store.find(buyerId);
      if (!known) {
        const none = noLocks(buyerId);
        const first = await change(none);
        // What another call stored meanwhile is read, and decided on again.
        if (first === none || (await store.insert(first)) === "inserted") return;
      }
      await store.update(buyerId, change, known ?? undefined);
    },
  };
}
