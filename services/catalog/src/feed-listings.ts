import { startVersionCheck, type VersionCheck } from "@ticketing/runtime/documents/version-check";
import type { Events } from "@ticketing/runtime/events/events";
import type { Logger } from "@ticketing/runtime/process/log";
import type { ListingFeed } from "./listing-feed.ts";
import type { ListingStore } from "./listing-store.ts";
import { heardListing } from "./on-ticket-event.ts";

/**
 * Feeds the watchers of tickets from the stream, of which each replica hears all, and with what it does not bring from
 * the projection, whichever replica projected it.
 */
export async function feedListings(means: {
  feed: ListingFeed;
  store: ListingStore;
  events: Pick<Events, "watch">;
  log: Logger;
}): Promise<VersionCheck> {
  const { feed, store, events, log } = means;
  const check = startVersionCheck({
    collection: store.listings,
    watched: feed.watched,
    async found(versions) {
      const newer = versions.filter(({ _id, version }) => feed.lacks(_id, version)).map(({ _id }) => _id);
      for (const listing of newer.length > 0 ? await store.findByIds(newer) : []) feed.publish(listing);
    },
    log,
  });
  await events.watch({
    stream: "TICKETS",
    filter: "evt.tickets.>",
    handle: (event) => feed.hear(heardListing(event)),
    onGap: check.now,
  });
  return check;
}
