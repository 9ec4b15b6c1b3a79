import { createDocumentStore, type DocumentStore } from "@ticketing/runtime/document-store";
import type { TimePosition } from "@ticketing/runtime/page-token";
import type { Collection, Db, Filter } from "mongodb";
import type { Order } from "./order.ts";

export interface OrderStore extends DocumentStore<Order> {
  /** A buyer's or a seller's orders, newest first, after a position. */
  list(
    by: { buyerId: string } | { sellerId: string },
    after: TimePosition | undefined,
    limit: number,
  ): Promise<Order[]>;
}

/** Orders in `orders`. */
export async function createOrderStore(
  collection: Collection<Order>,
  onPending: () => void,
): Promise<OrderStore> {
  await collection.createIndexes([
    { key: { buyerId: 1, createTime: -1, _id: -1 } },
    { key: { sellerId: 1, createTime: -1, _id: -1 } },
    { key: { pending: 1 } },
  ]);
  return {
    ...createDocumentStore<Order>({ collection, onPending }),
    list(by, after, limit) {
      const rest: Filter<Order> = after
        ? { $or: [{ createTime: { $lt: after.time } }, { createTime: after.time, _id: { $lt: after.id } }] }
        : {};
      return collection
        .find({ $and: [by, rest] })
        .sort({ createTime: -1, _id: -1 })
        .limit(limit)
        .toArray();
    },
  };
}

/** The collection that holds orders. */
export const orderCollection = (db: Db): Collection<Order> => db.collection<Order>("orders");
