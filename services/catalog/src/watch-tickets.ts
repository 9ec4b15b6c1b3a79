import type { Listing } from "./listing.ts";
import type { ListingFeed } from "./listing-feed.ts";
import type { ListingStore } from "./listing-store.ts";

/**
 * The listings now and each again when it changes; undefined is a heartbeat. Subscribes first and reads
 * then, so that nothing falls between. Never goes back to an older state of a listing, however late an event comes.
 * Ends when the signal aborts.
 */
export async function* watchTickets(
  deps: { store: ListingStore; feed: ListingFeed; heartbeatMs: number },
  ids: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Listing | undefined> {
  const queue = new Map<string, Listing>();
  const newest = new Map<string, number>();
  let wake = () => {};
  const take = (listing: Listing) => {
    // The same version comes again when its lock lapses: the state is another by time alone.
    if (listing.version < (newest.get(listing._id) ?? 0)) return;
    newest.set(listing._id, listing.version);
    queue.set(listing._id, listing);
    wake();
  };
  const unsubscribe = deps.feed.subscribe(ids, take);
  const stop = () => wake();
  signal.addEventListener("abort", stop);
  try {
    for (const listing of await deps.store.findByIds([...ids])) {
      const heard = deps.feed.recent(listing._id);
      deps.feed.publish(listing);
      take(heard && heard.version > listing.version ? heard : listing);
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
