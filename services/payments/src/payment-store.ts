import type { RecordSelection } from "@ticketing/proto/type/v1/record_selection";
import { createAggregateStore } from "@ticketing/runtime/documents/aggregate-store";
import { byVersion, type DocumentStore } from "@ticketing/runtime/documents/document-store";
import { byUpdateTime, selectRecords } from "@ticketing/runtime/documents/select-records";
import type { Collection, Db } from "mongodb";
import type { Payment } from "./payment.ts";

export interface PaymentStore extends DocumentStore<Payment> {
  findByIntent(intentId: string): Promise<Payment | null>;
  /** The payments that name these PaymentIntents. */
  findByIntents(intentIds: string[]): Promise<Payment[]>;
  /** When cards of a buyer were declined, over all payments that had a decline since then. */
  declineTimes(buyerId: string, since: Date): Promise<Date[]>;
  /** What reconciliation asks for. Throws BAD_PAGE_TOKEN. */
  select(selection: RecordSelection | undefined): Promise<{ documents: Payment[]; nextPageToken: string }>;
}

/** The collection that holds payments. */
export const paymentCollection = (db: Db): Collection<Payment> => db.collection<Payment>("payments");

/** Payments in `payments`. */
export async function createPaymentStore(
  collection: Collection<Payment>,
  onPending: (id: string) => void,
): Promise<PaymentStore> {
  await collection.createIndexes([
    { key: { intentId: 1 } },
    { key: byVersion },
    { key: { pending: 1 } },
    { key: byUpdateTime },
    { key: { buyerId: 1, lastDeclineTime: 1 } },
  ]);
  return {
    ...createAggregateStore<Payment>({ collection, onPending }),
    findByIntent: (intentId) => collection.findOne({ intentId }),
    findByIntents: (intentIds) => collection.find({ intentId: { $in: intentIds } }).toArray(),
    async declineTimes(buyerId, since) {
      const declined = await collection.find({ buyerId, lastDeclineTime: { $gte: since } }).toArray();
      return declined.flatMap(({ declineTimes = [] }) => declineTimes);
    },
    select: (selection) => selectRecords(collection, selection),
  };
}
