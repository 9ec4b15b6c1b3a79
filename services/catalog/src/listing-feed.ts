import type { OwnView } from "./projection/view.ts";
import type { FoundListing } from "./search/found-listing.ts";

type Listener = (listing: FoundListing) => void;

/** Live listings: every newer state of the ids that somebody watches, and each change by time alone. */
export interface ListingFeed {
  /** These changed: tells who watches them. Of what nobody watches nothing is read. */
  changed(ids: readonly string[]): void;
  /** Calls back for each change of the ids until the returned function is called. */
  subscribe(ids: readonly string[], listener: Listener): () => void;
}

/** A feed for one process. `read` gives listings as the projection has them. */
export function createListingFeed(read: (ids: readonly string[]) => FoundListing[]): ListingFeed {
  const listeners = new Map<string, Set<Listener>>();
  return {
    changed(ids) {
      const watched = ids.filter((id) => listeners.has(id));
      if (watched.length === 0) return;
      for (const listing of read(watched)) {
        for (const listener of listeners.get(listing._id) ?? []) listener(listing);
      }
    },
    subscribe(ids, listener) {
      for (const id of ids) listeners.set(id, (listeners.get(id) ?? new Set()).add(listener));
      return () => {
        for (const id of ids) {
          const set = listeners.get(id);
          set?.delete(listener);
          if (set?.size === 0) listeners.delete(id);
        }
      };
    },
  };
}

/** These changes are saved: they are read from now on, and who watches them is told, in this order. */
export function tellSaved(
  changed: readonly string[],
  { view, feed }: { view: Pick<OwnView, "refresh">; feed: Pick<ListingFeed, "changed"> },
): void {
  view.refresh();
  feed.changed(changed);
}
