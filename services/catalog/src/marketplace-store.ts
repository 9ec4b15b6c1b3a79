import { OrderStatus as Order, type OrderStatus } from "@ticketing/proto/orders/v1/order";
import { PaymentStatus as Payment, type PaymentStatus } from "@ticketing/proto/payments/v1/payment";

import type { Db, Filter } from "mongodb";
import { upsertIfNewer } from "./upsert-if-newer.ts";

/** An order as the overview counts it. */
export interface OrderRow {
  _id: string;
  version: number;
  status: OrderStatus;
  /** When the newest event of it happened. */
  time: Date;
}

/** A payment as the overview counts it. `_id` is the order's id. */
export interface PaymentRow {
  _id: string;
  version: number;
  status: PaymentStatus;
}

/** A payment that a cardholder's bank disputes. */
export interface DisputeRow {
  _id: string;
  version: number;
  time: Date;
}

/** Events of order and payment arrive apart; a difference younger than this is still on its way. */
const SETTLE_MS = 60_000;

/** For each final order status, where its money may be. No payment at all is as good as VOIDED. */
const agreeing: { status: OrderStatus; payments: PaymentStatus[] }[] = [
  { status: Order.COMPLETE, payments: [Payment.CAPTURED, Payment.REFUNDED] },
  { status: Order.CANCELLED, payments: [Payment.VOIDED, Payment.FAILED] },
  { status: Order.EXPIRED, payments: [Payment.VOIDED, Payment.FAILED] },
  { status: Order.REFUNDED, payments: [Payment.REFUNDED] },
];

/** What the operators' overview is computed from. */
export type MarketplaceStore = Awaited<ReturnType<typeof createMarketplaceStore>>;

export async function createMarketplaceStore(db: Db) {
  const orders = db.collection<OrderRow>("orders");
  const payments = db.collection<PaymentRow>("payments");
  const disputes = db.collection<DisputeRow>("disputes");
  await orders.createIndex({ status: 1, time: 1 });

  return {
    applyOrder: (row: OrderRow): Promise<void> => upsertIfNewer(orders, row),
    applyPayment: (row: PaymentRow): Promise<void> => upsertIfNewer(payments, row),
    applyDispute: (row: DisputeRow): Promise<void> => upsertIfNewer(disputes, row),

    async countOrders(): Promise<{ status: OrderStatus; count: number }[]> {
      const rows = await orders
        .aggregate<{ _id: OrderStatus; count: number }>([
          { $group: { _id: "$status", count: { $sum: 1 } } },
          { $sort: { _id: 1 } },
        ])
        .toArray();
      return rows.map(({ _id, count }) => ({ status: _id, count }));
    },

    countDisputes: (): Promise<number> => disputes.countDocuments(),

    /** How many settled orders disagree with where their money is. */
    async countDrift(now: Date): Promise<number> {
      let drift = 0;
      for (const { status, payments: allowed } of agreeing) {
        const settled: Filter<OrderRow> = { status, time: { $lte: new Date(now.getTime() - SETTLE_MS) } };
        const [row] = await orders
          .aggregate<{ count: number }>([
            { $match: settled },
            { $lookup: { from: "payments", localField: "_id", foreignField: "_id", as: "payment" } },
            { $match: { "payment.0": { $exists: true }, "payment.status": { $nin: allowed } } },
            { $count: "count" },
          ])
          .toArray();
        drift += row?.count ?? 0;
      }
      return drift;
    },
  };
}
