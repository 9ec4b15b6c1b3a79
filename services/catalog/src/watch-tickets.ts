import type { Listing } from "./listing.ts";
import type { ListingFeed } from "./listing-feed.ts";
import type { ListingStore } from "./listing-store.ts";

/**
 * The listings now and each again when it changes; undefined is a heartbeat. Subscribes first and reads
 * then, so that nothing falls between. Ends when the signal aborts.
 */
export async function* watchTickets(
  deps: { store: ListingStore; feed: ListingFeed; heartbeatMs: number },
  ids: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Listing | undefined> {
  const queue = new Map<string, Listing>();
  let wake = () => {};
  const unsubscribe = deps.feed.subscribe(ids, (listing) => {
    queue.set(listing._id, listing);
    wake();
  });
  const stop = () => wake();
  signal.addEventListener("abort", stop);
  try {
    for (const listing of await deps.store.findByIds([...ids])) {
      const heard = deps.feed.recent(listing._id);
      const newest = heard && heard.version > listing.version ? heard : listing;
      deps.feed.publish(newest);
      const queued = queue.get(newest._id);
      if (!queued || queued.version < newest.version) queue.set(newest._id, newest);
    }
    while (!signal.aborted) {
      const changed = [...queue.values()];
      queue.clear();
      yield* changed;
      if (queue.size > 0 || signal.aborted) continue;
      const beat = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(true), deps.heartbeatMs);
        wake = () => {
          clearTimeout(timer);
          resolve(false);
        };
      });
      if (beat) yield undefined;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    unsubscribe();
  }
}
