import type { RecordSelection } from "@ticketing/proto/type/v1/record_selection";
import { createDocumentStore, type DocumentStore } from "@ticketing/runtime/documents/document-store";
import { newestFirst } from "@ticketing/runtime/documents/newest-first";
import { byUpdateTime, selectRecords } from "@ticketing/runtime/documents/select-records";
import { createAggregateStore } from "@ticketing/runtime/documents/transition";
import type { Db } from "mongodb";
import { type BuyerLocks, noLocks } from "./buyer-locks.ts";
import type { Ticket } from "./ticket.ts";

export interface TicketStore extends DocumentStore<Ticket> {
  /** A page of a seller's tickets, newest first. Throws BAD_PAGE_TOKEN. */
  listBySeller(
    sellerId: string,
    page: { pageSize: number; pageToken: string },
  ): Promise<{ documents: Ticket[]; nextPageToken: string }>;
  /** What reconciliation asks for. Throws BAD_PAGE_TOKEN. */
  select(selection: RecordSelection | undefined): Promise<{ documents: Ticket[]; nextPageToken: string }>;
}

/** Tickets in `tickets`. */
export async function createTicketStore(db: Db, onPending: (id: string) => void): Promise<TicketStore> {
  const collection = db.collection<Ticket>("tickets");
  await collection.createIndexes([
    { key: { sellerId: 1, createTime: -1, _id: -1 } },
    { key: { pending: 1 } },
    { key: byUpdateTime },
  ]);
  return {
    ...createAggregateStore<Ticket>({ collection, onPending }),
    listBySeller: (sellerId, page) => newestFirst(collection, { sellerId }, page),
    select: (selection) => selectRecords(collection, selection),
  };
}

/** Every buyer's lock slots, made on first use. */
export interface BuyerLockStore {
  update(buyerId: string, change: (locks: BuyerLocks) => BuyerLocks | Promise<BuyerLocks>): Promise<void>;
}

/** Lock slots in `buyer_locks`. */
export function createBuyerLockStore(db: Db): BuyerLockStore {
  const store = createDocumentStore<BuyerLocks>({ collection: db.collection<BuyerLocks>("buyer_locks") });
  return {
    async update(buyerId, change) {
      if (!(await store.find(buyerId))) await store.insert(noLocks(buyerId));
      await store.update(buyerId, change);
    },
  };
}
