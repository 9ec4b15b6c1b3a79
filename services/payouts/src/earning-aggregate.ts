import { EarningHoldReason } from "@ticketing/proto/payouts/v1/earning";
import { EarningEventSchema } from "@ticketing/proto/payouts/v1/earning_events";
import { defineAggregate } from "@ticketing/runtime/documents/aggregate";
import type { AggregateStore } from "@ticketing/runtime/documents/aggregate-store";
import { byNewest } from "@ticketing/runtime/documents/newest-first";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Earning } from "./earning.ts";
import { earningState } from "./earning-message.ts";

/** Earnings, with the questions that only they are asked. */
export interface EarningStore extends AggregateStore<Earning> {
  /** The ids of those that are due, longest due first. */
  due(now: Date, limit: number): Promise<string[]>;
  /** Those of these orders. */
  ofOrders(orderIds: string[]): Promise<Earning[]>;
  /** Those that only the seller's account keeps. */
  waitingForAccount(sellerId: string): AsyncIterable<Pick<Earning, "_id">>;
  /** What a seller owes in this currency, longest owed first; at most 20. */
  owed(sellerId: string, currency: string): Promise<Earning[]>;
}

/** Earnings: where they are kept, and what other services learn of them: no id of Stripe's. */
export const earningAggregate = defineAggregate({
  collection: "earnings",
  stream: "PAYOUTS",
  event: EarningEventSchema,
  state: earningState,
  notFound: () => new DomainError("EARNING_NOT_FOUND", "no sale of this order was recorded"),
  // One index finds what is due in any status: what waits for months has its time, what waits for something else none. It
  // has every earning, since the embedded database takes a partial index for an equality alone, and a name, since an earlier
  // release has a partial one.
  indexes: [
    { key: { sellerId: 1, ...byNewest } },
    { key: { dueTime: 1, _id: 1 }, name: "due" },
    { key: { sellerId: 1, holdReason: 1 } },
    // Hardly any: whether a seller owes something is asked before each transfer.
    { key: { debtorId: 1 } },
    // Few have one: what operators keep by hand is found by it.
    { key: { cases: 1 } },
  ],
  keepHistory: 20,
});

/** Earnings, found by what is due and by whose account they wait for too. */
export function createEarningStore(earnings: AggregateStore<Earning>): EarningStore {
  const { collection } = earnings;
  return {
    ...earnings,
    async due(now, limit) {
      const found = collection.find({ dueTime: { $lte: now } }, { projection: { _id: 1 } });
      return (await found.sort({ dueTime: 1, _id: 1 }).limit(limit).toArray()).map(({ _id }) => _id);
    },
    ofOrders: (orderIds) => collection.find({ _id: { $in: orderIds } }).toArray(),
    // One index finds them: no other status has this reason.
    waitingForAccount: (sellerId) => collection.find({ sellerId, holdReason: EarningHoldReason.ACCOUNT }),
    async owed(debtorId, currency) {
      // One index finds them, whatever else is asked: they are few.
      const owed = await collection.find({ debtorId }).limit(100).toArray();
      return owed
        .filter(({ price }) => price.currency === currency)
        .sort((a, b) => owedSince(a) - owedSince(b))
        .slice(0, 20);
    },
  };
}

/** When the buyer first had money back that the seller owes, in epoch milliseconds. */
const owedSince = ({ parts = [], refundedTime }: Earning): number => {
  const times = [...parts.filter(({ isOwed }) => isOwed).map((part) => part.refundedTime), refundedTime];
  return Math.min(...times.map((time) => time?.getTime() ?? Number.POSITIVE_INFINITY));
};
