import type { HeldVersion } from "@ticketing/runtime/documents/version-check";
import type { WatchedEvent } from "@ticketing/runtime/events/events";
import type { Order } from "./order.ts";

type Listener = (version: number) => void;

/** Tells watchers of an order that it has a new version, and reads it for them. One feed a process. */
export interface OrderFeed {
  /** Takes an event of the stream. */
  hear(event: Pick<WatchedEvent, "documentId" | "version">): void;
  /** Takes versions that the database holds. */
  found(versions: HeldVersion[]): void;
  /** The ids that somebody watches. */
  watched(): string[];
  /** Calls back with each version that is told of, old ones too, until the returned function is called. */
  subscribe(orderId: string, listener: Listener): () => void;
  /** The order as the database has it. Those who ask after the same event share one read. Throws ORDER_NOT_FOUND. */
  read(orderId: string): Promise<Order>;
}

export function createOrderFeed(get: (orderId: string) => Promise<Order>): OrderFeed {
  const listeners = new Map<string, Set<Listener>>();
  const reads = new Map<string, Promise<Order>>();

  function tell(orderId: string, version: number): void {
    // A read that has begun may not show it.
    reads.delete(orderId);
    for (const listener of listeners.get(orderId) ?? []) listener(version);
  }

  return {
    hear({ documentId, version }) {
      if (listeners.has(documentId)) tell(documentId, version());
    },
    found(versions) {
      for (const { _id, version } of versions) tell(_id, version);
    },
    watched: () => [...listeners.keys()],
    subscribe(orderId, listener) {
      const set = listeners.get(orderId) ?? new Set();
      listeners.set(orderId, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0) listeners.delete(orderId);
      };
    },
    read(orderId) {
      const begun = reads.get(orderId) ?? get(orderId);
      reads.set(orderId, begun);
      const over = () => {
        if (reads.get(orderId) === begun) reads.delete(orderId);
      };
      begun.then(over, over);
      return begun;
    },
  };
}
