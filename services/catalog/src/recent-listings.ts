import type { Clock } from "@ticketing/runtime/process/clock";
import type { Listing } from "./listing.ts";

const RECENT_MS = 5 * 60_000;
const MAX_RECENT = 10_000;

/** A state of a listing as it was heard. */
export interface HeardListing {
  id: string;
  /** The version that its event tells of. The state is that one or a newer one, whose event is on its way. */
  version: number;
  /** Throws for an event that breaks its contract. */
  decode: () => Listing;
}

/** The newest state of each listing that changed lately. What nobody asks for is not decoded. */
export interface RecentListings {
  /** Takes a state. False when one as new is held already. */
  keep(heard: HeardListing): boolean;
  get(id: string): Listing | undefined;
}

/** Holds 10,000 states for five minutes: longer than the projection takes to show them. */
export function createRecentListings(clock: Clock): RecentListings {
  const held = new Map<string, HeardListing & { time: number }>();

  function forgetOld(now: number): void {
    for (const [id, { time }] of held) {
      if (held.size <= MAX_RECENT && now - time < RECENT_MS) break;
      held.delete(id);
    }
  }

  return {
    keep({ id, version, decode }) {
      const before = held.get(id);
      if (before && before.version >= version) return false;
      const time = clock().getTime();
      held.delete(id);
      held.set(id, { id, version, decode, time });
      forgetOld(time);
      return true;
    },
    get(id) {
      const heard = held.get(id);
      if (!heard) return undefined;
      try {
        const listing = heard.decode();
        heard.version = listing.version;
        heard.decode = () => listing;
        return listing;
      } catch {
        // The projection sets it aside as a dead letter; a watcher does without.
        held.delete(id);
        return undefined;
      }
    },
  };
}
