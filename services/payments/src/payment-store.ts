import type { AggregateStore } from "@ticketing/runtime/documents/aggregate-store";
import type { Payment } from "./payment.ts";

/** Payments, with the questions that only they are asked. */
export interface PaymentStore extends AggregateStore<Payment> {
  findByIntent(intentId: string): Promise<Payment | null>;
  /** The payments that name these PaymentIntents. */
  findByIntents(intentIds: string[]): Promise<Payment[]>;
  /** The payments of these orders. */
  findByOrders(orderIds: string[]): Promise<Payment[]>;
  /** When cards of a buyer were declined, over all payments that had a decline since then. */
  declineTimes(buyerId: string, since: Date): Promise<Date[]>;
}

/** Payments, found by what Stripe calls them and by their buyer too. */
export function createPaymentStore(payments: AggregateStore<Payment>): PaymentStore {
  const { collection } = payments;
  return {
    ...payments,
    findByIntent: (intentId) => collection.findOne({ intentId }),
    findByIntents: (intentIds) => collection.find({ intentId: { $in: intentIds } }).toArray(),
    findByOrders: (orderIds) => collection.find({ _id: { $in: orderIds } }).toArray(),
    async declineTimes(buyerId, since) {
      const declined = await collection.find({ buyerId, lastDeclineTime: { $gte: since } }).toArray();
      return declined.flatMap(({ declineTimes = [] }) => declineTimes);
    },
  };
}
