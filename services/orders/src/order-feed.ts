/** Tells watchers that an order may have changed. One feed a process, fed by one watch of the stream. */
export interface OrderFeed {
  changed(orderId: string): void;
  /** Events may have been missed: every watched order may have changed. */
  anyChanged(): void;
  /** Calls back for each change of the order until the returned function is called. */
  subscribe(orderId: string, listener: () => void): () => void;
}

export function createOrderFeed(): OrderFeed {
  const listeners = new Map<string, Set<() => void>>();
  const tell = (set: Set<() => void> | undefined) => {
    for (const listener of set ?? []) listener();
  };
  return {
    changed: (orderId) => tell(listeners.get(orderId)),
    anyChanged() {
      for (const set of listeners.values()) tell(set);
    },
    subscribe(orderId, listener) {
      const set = listeners.get(orderId) ?? new Set();
      listeners.set(orderId, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0) listeners.delete(orderId);
      };
    },
  };
}
