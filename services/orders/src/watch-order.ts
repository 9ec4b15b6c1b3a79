import type { Clock } from "@ticketing/runtime/process/clock";
import { isFinal, type Order } from "./order.ts";
import type { OrderFeed } from "./order-feed.ts";

/**
 * The order now and after each change; undefined is a heartbeat. Subscribes first and reads then, so that
 * nothing falls between. Ends when the order cannot change any more or the signal aborts.
 */
export async function* watchOrder(
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
  let isBehind = true;
  let wake = () => {};
  const unsubscribe = deps.feed.subscribe(orderId, (version) => {
    if (last && version <= last.version) return;
    isBehind = true;
    wake();
  });
  const stop = () => wake();
  signal.addEventListener("abort", stop);
  try {
    while (!signal.aborted) {
      if (isBehind) {
        isBehind = false;
        const order = await deps.read(orderId);
        // A read may show an older state than one before it: a new primary may not know the last write yet.
        if (last && order.version <= last.version) continue;
        last = order;
        yield order;
      } else {
        const beat = await pause(deps.heartbeatMs, (resolve) => {
          wake = resolve;
        });
        if (beat && !signal.aborted) yield undefined;
      }
      // Time alone may have made it final.
      if (last && isFinal(last, deps.clock())) return;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    unsubscribe();
  }
}

/** Waits for the wake-up or the time; true when it was the time. */
function pause(ms: number, onWake: (resolve: () => void) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), ms);
    onWake(() => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}
