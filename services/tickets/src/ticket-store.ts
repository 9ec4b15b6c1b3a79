import { createDocumentStore, type DocumentStore } from "@ticketing/runtime/document-store";
import type { TimePosition } from "@ticketing/runtime/page-token";
import type { Db, Filter } from "mongodb";
import { type BuyerLocks, noLocks } from "./buyer-locks.ts";
import type { Ticket } from "./ticket.ts";

export interface TicketStore extends DocumentStore<Ticket> {
  /** A seller's tickets, newest first, after a position. */
  listBySeller(sellerId: string, after: TimePosition | undefined, limit: number): Promise<Ticket[]>;
}

/** Tickets in `tickets`. */
export async function createTicketStore(db: Db, onPending: () => void): Promise<TicketStore> {
  const collection = db.collection<Ticket>("tickets");
  await collection.createIndexes([
    { key: { sellerId: 1, createTime: -1, _id: -1 } },
    { key: { pending: 1 } },
  ]);
  return {
    ...createDocumentStore<Ticket>({ collection, onPending }),
    listBySeller(sellerId, after, limit) {
      const rest: Filter<Ticket> = after
        ? { $or: [{ createTime: { $lt: after.time } }, { createTime: after.time, _id: { $lt: after.id } }] }
        : {};
      return collection
        .find({ $and: [{ sellerId }, rest] })
        .sort({ createTime: -1, _id: -1 })
        .limit(limit)
        .toArray();
    },
  };
}

/** Every buyer's lock slots, made on first use. */
export interface BuyerLockStore {
  update(buyerId: string, change: (locks: BuyerLocks) => BuyerLocks): Promise<void>;
}

/** Lock slots in `buyer_locks`. */
export function createBuyerLockStore(db: Db): BuyerLockStore {
  const store = createDocumentStore<BuyerLocks>({
    collection: db.collection<BuyerLocks>("buyer_locks"),
    onPending: () => undefined,
  });
  return {
    async update(buyerId, change) {
      if (!(await store.find(buyerId))) await store.insert(noLocks(buyerId));
      await store.update(buyerId, change);
    },
  };
}
