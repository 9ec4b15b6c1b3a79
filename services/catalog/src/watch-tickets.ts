import { liveView } from "@ticketing/runtime/events/live-view";
import type { ListingFeed } from "./listing-feed.ts";
import type { FoundListing } from "./search/found-listing.ts";

/**
 * The listings now and each again when it changes; undefined is a heartbeat. Both come from the projection, which takes
 * no older state, so a watcher never goes back. Ends when the signal aborts.
 */
export function watchTickets(
  deps: { read: (ids: readonly string[]) => FoundListing[]; feed: ListingFeed; heartbeatMs: number },
  ids: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<FoundListing | undefined> {
  let fresh: Map<string, FoundListing> | undefined;
  return liveView({
    subscribe: (onChange) =>
      deps.feed.subscribe(ids, (listing) => {
        fresh?.set(listing._id, listing);
        onChange();
      }),
    async readNew() {
      const listings = fresh ? [...fresh.values()] : deps.read(ids);
      fresh = new Map();
      return listings;
    },
    heartbeatMs: deps.heartbeatMs,
    signal,
  });
}
