import { createDocumentStore, type DocumentStore } from "@ticketing/runtime/document-store";
import type { Collection, Db } from "mongodb";
import type { Payment } from "./payment.ts";

export interface PaymentStore extends DocumentStore<Payment> {
  findByIntent(intentId: string): Promise<Payment | null>;
}

/** The collection that holds payments. */
export const paymentCollection = (db: Db): Collection<Payment> => db.collection<Payment>("payments");

/** Payments in `payments`. */
export async function createPaymentStore(
  collection: Collection<Payment>,
  onPending: () => void,
): Promise<PaymentStore> {
  await collection.createIndexes([{ key: { intentId: 1 } }, { key: { pending: 1 } }]);
  return {
    ...createDocumentStore<Payment>({ collection, onPending }),
    findByIntent: (intentId) => collection.findOne({ intentId }),
  };
}
