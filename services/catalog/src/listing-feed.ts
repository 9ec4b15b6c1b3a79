import { type Listing, nextChange } from "./listing.ts";

/** Changes that the projection may not show yet are remembered this long for those who begin to watch. */
const RECENT_MS = 5 * 60_000;
const MAX_RECENT = 10_000;
/** The longest that a timer can wait (https://nodejs.org/api/timers.html): 24 days; an event may be further away. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

type Listener = (listing: Listing) => void;

/** Live listings: every newer state of the ids that somebody watches, and each change by time alone. */
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
  const timers = new Map<string, NodeJS.Timeout>();

  function tell(listing: Listing): void {
    for (const listener of listeners.get(listing._id) ?? []) listener(listing);
  }

  /** Tells the watchers again at a lock's end and an event's start: nothing happens then but that time passes. */
  function watchTime(listing: Listing): void {
    clearTimeout(timers.get(listing._id));
    timers.delete(listing._id);
    const now = clock();
    const change = nextChange(listing, now);
    if (!listeners.has(listing._id) || !change) return;
    const wait = Math.min(change.getTime() - now.getTime() + 1, LONGEST_TIMER_MS);
    const onTime = () => {
      if (clock() >= change) tell(listing);
      watchTime(listing);
    };
    timers.set(listing._id, setTimeout(onTime, wait));
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
      watchTime(listing);
    },
    subscribe(ids, listener) {
      for (const id of ids) {
        const set = listeners.get(id) ?? new Set();
        listeners.set(id, set.add(listener));
        const held = known.get(id);
        if (held) watchTime(held.listing);
      }
      return () => {
        for (const id of ids) {
          const set = listeners.get(id);
          set?.delete(listener);
          if (set?.size !== 0) continue;
          listeners.delete(id);
          clearTimeout(timers.get(id));
          timers.delete(id);
        }
      };
    },
    recent: (id) => known.get(id)?.listing,
    close() {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
