import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import type { Database } from "@ticketing/runtime/documents/database";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { createMarketplaceStore } from "./marketplace-store.ts";

let database: Database;
beforeAll(async () => {
  database = await openSpecDatabase();
}, 60_000);
afterAll(() => database?.close());

describe("the operators' counts", () => {
  it("tell how many orders are in each status, and stop at their limit however many there are", async () => {
    const store = await createMarketplaceStore(database.db, { countLimit: 3 });
    const orders = [
      ...Array.from({ length: 5 }, () => OrderStatus.COMPLETE),
      ...Array.from({ length: 2 }, () => OrderStatus.AWAITING_PAYMENT),
    ];
    await Promise.all(
      orders.map((status, n) =>
        store.applyOrder({ _id: `${n}`, version: 1, status, createTime: new Date(n) }),
      ),
    );
    expect(await store.countOrders()).toEqual([
      { status: OrderStatus.AWAITING_PAYMENT, count: 2 },
      { status: OrderStatus.COMPLETE, count: 3 },
    ]);
  });
});
