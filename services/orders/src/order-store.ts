import type { RecordSelection } from "@ticketing/proto/type/v1/record_selection";
import { createAggregateStore } from "@ticketing/runtime/documents/aggregate-store";
import type { DocumentStore } from "@ticketing/runtime/documents/document-store";
import { newestFirst } from "@ticketing/runtime/documents/newest-first";
import { byUpdateTime, selectRecords } from "@ticketing/runtime/documents/select-records";
import type { Collection, Db } from "mongodb";
import type { Order } from "./order.ts";

export interface OrderStore extends DocumentStore<Order> {
  /** A page of a buyer's or a seller's orders, newest first. Throws BAD_PAGE_TOKEN. */
  list(
    by: { buyerId: string } | { sellerId: string },
    page: { pageSize: number; pageToken: string },
  ): Promise<{ documents: Order[]; nextPageToken: string }>;
  /** What reconciliation asks for. Throws BAD_PAGE_TOKEN. */
  select(selection: RecordSelection | undefined): Promise<{ documents: Order[]; nextPageToken: string }>;
}

/** Orders in `orders`. */
export async function createOrderStore(
  collection: Collection<Order>,
  onPending: (id: string) => void,
): Promise<OrderStore> {
  await collection.createIndexes([
    { key: { buyerId: 1, createTime: -1, _id: -1 } },
    { key: { sellerId: 1, createTime: -1, _id: -1 } },
    { key: { pending: 1 } },
    { key: byUpdateTime },
  ]);
  return {
    ...createAggregateStore<Order>({ collection, onPending }),
    list: (by, page) => newestFirst(collection, by, page),
    select: (selection) => selectRecords(collection, selection),
  };
}

/** The collection that holds orders. */
export const orderCollection = (db: Db): Collection<Order> => db.collection<Order>("orders");
