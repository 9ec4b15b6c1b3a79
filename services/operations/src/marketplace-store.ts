import { OrderStatus as Order, type OrderStatus } from "@ticketing/proto/orders/v1/order";
import { newestFirst } from "@ticketing/runtime/documents/newest-first";
import type { Binary, Db } from "mongodb";
import { byIdAndVersion, createNewestRows } from "./newest-rows.ts";

/** An order as the overview counts and lists it. */
export interface OrderRow {
  _id: string;
  version: number;
  status: OrderStatus;
  createTime: Date;
}

/** A payment that a cardholder's bank disputes. */
export interface DisputeRow {
  _id: string;
  version: number;
  time: Date;
}

/** The newest report of reconciliation, as it was published. */
export interface ReconciliationRow {
  _id: string;
  version: number;
  report: Binary;
}

const COUNT_LIMIT = 100_000;
/** So much later operators may see a change. */
const GATHER_MS = 1_000;
const STATUSES = [Order.AWAITING_PAYMENT, Order.COMPLETE, Order.CANCELLED, Order.EXPIRED, Order.REFUNDED];

/** What the operators' overview is computed from. */
export type MarketplaceStore = Awaited<ReturnType<typeof createMarketplaceStore>>;

export async function createMarketplaceStore(db: Db, { countLimit = COUNT_LIMIT } = {}) {
  const orders = db.collection<OrderRow>("orders");
  const disputes = db.collection<DisputeRow>("disputes");
  const reconciliations = db.collection<ReconciliationRow>("reconciliations");
  for (const projection of [orders, disputes]) await projection.createIndex(byIdAndVersion);
  await orders.createIndex({ status: 1, createTime: -1, _id: -1 });
  await orders.createIndex({ createTime: -1, _id: -1 });

  return {
    applyOrder: createNewestRows(orders, { gatherMs: GATHER_MS }),
    applyDispute: createNewestRows(disputes, { gatherMs: GATHER_MS }),
    applyReconciliation: createNewestRows(reconciliations, { gatherMs: GATHER_MS }),

    /** Counts no further than the limit, by the index: a count of all that ever were takes longer every day. */
    async countOrders(): Promise<{ status: OrderStatus; count: number }[]> {
      const counts = await Promise.all(
        STATUSES.map(async (status) => ({
          status,
          count: await orders.countDocuments({ status }, { limit: countLimit }),
        })),
      );
      return counts.filter(({ count }) => count > 0);
    },

    /** A page of the orders in a status, or of all, newest first. Throws BAD_PAGE_TOKEN. */
    listOrders: (status: OrderStatus, page: { pageSize: number; pageToken: string }) =>
      newestFirst<OrderRow>(orders, status === Order.UNSPECIFIED ? {} : { status }, page),

    countDisputes: (): Promise<number> => disputes.countDocuments(),

    /** The newest report of reconciliation, encoded; undefined until there is one. */
    async findReconciliation(): Promise<Uint8Array | undefined> {
      return (await reconciliations.findOne())?.report.value();
    },
  };
}
