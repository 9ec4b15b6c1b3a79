import { VenueEventSchema } from "@ticketing/proto/events/v1/venue_events";
import { defineAggregate } from "@ticketing/runtime/documents/aggregate";
import type { AggregateStore } from "@ticketing/runtime/documents/aggregate-store";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { venueMessage } from "./messages.ts";
import type { Venue } from "./venue.ts";

export type VenueStore = AggregateStore<Venue>;

/** Venues: where they are kept, and what others learn of them. */
export const venueAggregate = defineAggregate({
  collection: "venues",
  stream: "EVENTS",
  event: VenueEventSchema,
  state: venueMessage,
  notFound: () => new DomainError("VENUE_NOT_FOUND", "there is no such venue"),
  indexes: [{ key: { key: 1 }, unique: true }, { key: { place: 1 } }, { key: { spot: 1 } }],
});
