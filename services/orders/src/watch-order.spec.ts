import { describe, expect, it } from "@jest/globals";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import type { Order } from "./order.ts";
import { createOrderFeed } from "./order-feed.ts";
import { watchOrder } from "./watch-order.ts";

describe("a watcher of an order", () => {
  it("is told of each version once and in order, though a read shows an older one between", async () => {
    const feed = createOrderFeed();
    // A new primary does not know the last write at first.
    const versions = [2, 1, 2, 3];
    const read = async (id: string) => {
      const version = versions.shift() ?? 3;
      return { _id: id, version, status: OrderStatus.AWAITING_PAYMENT } as Order;
    };
    const over = new AbortController();
    const deps = { read, feed, clock: () => new Date(0), heartbeatMs: 10 };
    const seen: number[] = [];
    for await (const order of watchOrder(deps, "order", over.signal)) {
      if (order) seen.push(order.version);
      if (versions.length === 0) over.abort();
      feed.changed("order");
    }
    expect(seen).toEqual([2, 3]);
  });
});
