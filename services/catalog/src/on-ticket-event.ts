import { TicketEventSchema } from "@ticketing/proto/tickets/v1/ticket_events";
import { PoisonEvent, type WatchedEvent } from "@ticketing/runtime/events/events";
import { decodeEvent } from "./decode-event.ts";
import { type Listing, listingOf } from "./listing.ts";
import type { ListingStore } from "./listing-store.ts";
import type { HeardListing } from "./recent-listings.ts";

/** The listing in a ticket's event. Throws {@link PoisonEvent} when the contract is broken. */
export function listingFrom(payload: Uint8Array): Listing {
  const { state } = decodeEvent(TicketEventSchema, payload);
  if (!state) throw new PoisonEvent("the event has no state");
  return listingOf(state);
}

/** The same of an event that may concern nobody, not yet decoded. */
export function heardListing({ documentId, version, read }: WatchedEvent): HeardListing {
  // A copy, for the payload is a view of all that the broker sent with it.
  const bytes = new Uint8Array(read().payload);
  return { id: documentId, version: version(), decode: () => listingFrom(bytes) };
}

/** Projects TICKETS into search, and announces what was new to it. */
export const onTicketEvent =
  (store: ListingStore, changed: (listing: Listing) => void) =>
  async (event: { payload: Uint8Array }): Promise<void> => {
    const listing = listingFrom(event.payload);
    if (await store.applyListing(listing)) changed(listing);
  };
