import { liveView } from "@ticketing/runtime/events/live-view";
import type { Clock } from "@ticketing/runtime/process/clock";
import { isFinal, type Order } from "./order.ts";
import type { OrderFeed } from "./order-feed.ts";

/**
 * The order now and after each change; undefined is a heartbeat. Ends when the order cannot change any more or the
 * signal aborts.
 */
export function watchOrder(
  deps: {
    read: (id: string) => Promise<Order>;
    feed: Pick<OrderFeed, "subscribe">;
    clock: Clock;
    heartbeatMs: number;
  },
  orderId: string,
  signal: AbortSignal,
): AsyncGenerator<Order | undefined> {
  let last: Order | undefined;
  return liveView({
    subscribe: (onChange) =>
      deps.feed.subscribe(orderId, (version) => {
        if (!last || version > last.version) onChange();
      }),
    async readNew() {
      const order = await deps.read(orderId);
      // A read may show an older state than one before it: a new primary may not know the last write yet.
      if (last && order.version <= last.version) return [];
      last = order;
      return [order];
    },
    // Time alone may have made it final.
    isOver: () => last !== undefined && isFinal(last, deps.clock()),
    heartbeatMs: deps.heartbeatMs,
    signal,
  });
}
