import type { Clock } from "@ticketing/runtime/process/clock";
import { type Listing, nextChange } from "./listing.ts";
import { createRecentListings, type HeardListing } from "./recent-listings.ts";

/** The longest that a timer can wait (https://nodejs.org/api/timers.html): 24 days; an event may be further away. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

type Listener = (listing: Listing) => void;

/** Live listings: every newer state of the ids that somebody watches, and each change by time alone. */
export interface ListingFeed {
  /** Takes a state from the stream: decoded once if somebody watches the listing, and else not before somebody does. */
  hear(heard: HeardListing): void;
  /** Takes a state from the projection; older than known ones are dropped. */
  publish(listing: Listing): void;
  /** Calls back for each change of the ids until the returned function is called. */
  subscribe(ids: readonly string[], listener: Listener): () => void;
  /** The newest state heard lately, which may be newer than what the projection holds. */
  recent(id: string): Listing | undefined;
  /** The ids that somebody watches. */
  watched(): string[];
  /** Whether the watchers of a listing have not been told of this version, nor of a newer one. */
  lacks(id: string, version: number): boolean;
  close(): void;
}

/** A feed for one process. */
export function createListingFeed(clock: Clock): ListingFeed {
  const listeners = new Map<string, Set<Listener>>();
  /** The newest version that watchers were told of. */
  const told = new Map<string, number>();
  const recent = createRecentListings(clock);
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

  function publish(listing: Listing): void {
    const { _id: id, version } = listing;
    if (!recent.keep({ id, version, decode: () => listing })) return;
    if (listeners.has(id)) told.set(id, Math.max(version, told.get(id) ?? 0));
    tell(listing);
    watchTime(listing);
  }

  return {
    hear(heard) {
      if (listeners.has(heard.id)) publish(heard.decode());
      // Who begins to watch before the projection shows it is told of it all the same.
      else recent.keep(heard);
    },
    publish,
    subscribe(ids, listener) {
      for (const id of ids) {
        const set = listeners.get(id) ?? new Set();
        listeners.set(id, set.add(listener));
        const listing = recent.get(id);
        if (!listing) continue;
        told.set(id, listing.version);
        watchTime(listing);
      }
      return () => {
        for (const id of ids) {
          const set = listeners.get(id);
          set?.delete(listener);
          if (set?.size !== 0) continue;
          listeners.delete(id);
          told.delete(id);
          clearTimeout(timers.get(id));
          timers.delete(id);
        }
      };
    },
    recent: recent.get,
    watched: () => [...listeners.keys()],
    lacks: (id, version) => version > (told.get(id) ?? 0),
    close() {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
