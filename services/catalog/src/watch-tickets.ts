import { liveView } from "@ticketing/runtime/events/live-view";
import type { Listing } from "./listing.ts";
import type { ListingFeed } from "./listing-feed.ts";
import type { ListingStore } from "./listing-store.ts";

/**
 * The listings now and each again when it changes; undefined is a heartbeat. Never goes back to an older state of a
 * listing, however late an event comes. Ends when the signal aborts.
 */
export function watchTickets(
  deps: { store: ListingStore; feed: ListingFeed; heartbeatMs: number },
  ids: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Listing | undefined> {
  const fresh = new Map<string, Listing>();
  const newest = new Map<string, number>();
  let isRead = false;
  const take = (listing: Listing) => {
    // The same version comes again when its lock lapses: the state is another by time alone.
    if (listing.version < (newest.get(listing._id) ?? 0)) return;
    newest.set(listing._id, listing.version);
    fresh.set(listing._id, listing);
  };

  /** Takes what the projection holds, or what was heard since if that is newer. */
  async function readProjection(): Promise<void> {
    for (const listing of await deps.store.findByIds([...ids])) {
      const heard = deps.feed.recent(listing._id);
      deps.feed.publish(listing);
      take(heard && heard.version > listing.version ? heard : listing);
    }
  }

  return liveView({
    subscribe: (onChange) =>
      deps.feed.subscribe(ids, (listing) => {
        take(listing);
        onChange();
      }),
    async readNew() {
      if (!isRead) await readProjection();
      isRead = true;
      const listings = [...fresh.values()];
      fresh.clear();
      return listings;
    },
    heartbeatMs: deps.heartbeatMs,
    signal,
  });
}
