import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { type Listing, statusAt } from "./listing.ts";

/** Changes that the projection may not show yet are remembered this long for those who begin to watch. */
const RECENT_MS = 5 * 60_000;
const MAX_RECENT = 10_000;

type Listener = (listing: Listing) => void;

/** Live listings: every newer state of the ids that somebody watches, and each lock's end by time alone. */
export interface ListingFeed {
  /** Takes a state from the stream or the projection; older than known ones are dropped. */
  publish(listing: Listing): void;
  /** Calls back for each change of the ids until the returned function is called. */
  subscribe(ids: readonly string[], listener: Listener): () => void;
  /** The newest state heard lately, which may be newer than what the projection holds. */
  recent(id: string): Listing | undefined;
  close(): void;
}

/** A feed for one process. */
export function createListingFeed(clock: () => Date): ListingFeed {
  const listeners = new Map<string, Set<Listener>>();
  const known = new Map<string, { listing: Listing; time: number }>();
  const lapses = new Map<string, NodeJS.Timeout>();

  function tell(listing: Listing): void {
    for (const listener of listeners.get(listing._id) ?? []) listener(listing);
  }

  /** Tells the watchers again at the lock's end: nothing happens then but that time passes. */
  function watchLapse(listing: Listing): void {
    clearTimeout(lapses.get(listing._id));
    lapses.delete(listing._id);
    if (!listeners.has(listing._id) || statusAt(listing, clock()) !== TicketStatus.LOCKED) return;
    const wait = (listing.lockExpireTime?.getTime() ?? 0) - clock().getTime() + 1;
    lapses.set(
      listing._id,
      setTimeout(() => tell(listing), wait),
    );
  }

  function remember(listing: Listing): void {
    known.delete(listing._id);
    known.set(listing._id, { listing, time: clock().getTime() });
    for (const [id, entry] of known) {
      if (known.size <= MAX_RECENT && clock().getTime() - entry.time < RECENT_MS) break;
      known.delete(id);
    }
  }

  return {
    publish(listing) {
      const held = known.get(listing._id)?.listing;
      if (held && held.version >= listing.version) return;
      remember(listing);
      tell(listing);
      watchLapse(listing);
    },
    subscribe(ids, listener) {
      for (const id of ids) {
        const set = listeners.get(id) ?? new Set();
        listeners.set(id, set.add(listener));
        const held = known.get(id);
        if (held) watchLapse(held.listing);
      }
      return () => {
        for (const id of ids) {
          const set = listeners.get(id);
          set?.delete(listener);
          if (set?.size !== 0) continue;
          listeners.delete(id);
          clearTimeout(lapses.get(id));
          lapses.delete(id);
        }
      };
    },
    recent: (id) => known.get(id)?.listing,
    close() {
      for (const timer of lapses.values()) clearTimeout(timer);
    },
  };
}
