import { UserEventSchema } from "@ticketing/proto/auth/v1/user_events";
import { EventEventSchema } from "@ticketing/proto/events/v1/event_events";
import { VenueEventSchema } from "@ticketing/proto/events/v1/venue_events";
import { TicketEventSchema } from "@ticketing/proto/tickets/v1/ticket_events";
import { decodeEvent } from "@ticketing/runtime/events/decode-event";
import { type Events, PoisonEvent } from "@ticketing/runtime/events/events";
import { isOfVenue } from "@ticketing/runtime/events/of-venue";
import { type EventState, eventStateOf, type VenueState, venueStateOf } from "./projection/event-state.ts";
import { type ListingState, listingStateOf } from "./projection/listing-state.ts";
import type { SellerName } from "./projection/projection.ts";
import type { ProjectionView } from "./projection/view.ts";
import type { Writer } from "./projection/writer.ts";

/** Under which name events are set aside. The durable consumers of the release before had the same. */
const NAME = "catalog";

/** The projection's streams, as this replica follows them. */
export interface FollowedStreams {
  /** Rejects until the projection has all that the streams had when this process began, with removed events repaired. */
  requireCaughtUp(): Promise<void>;
  /** Rejects when events wait for longer than ten seconds to be applied. */
  requireFresh(): Promise<void>;
}

/** Has USERS, EVENTS and TICKETS written to the projection of this replica alone, from where it was on. */
export function followStreams(
  projection: Pick<ProjectionView, "positionOf">,
  { events, writer }: { events: Pick<Events, "follow">; writer: Pick<Writer, "apply" | "reset"> },
): FollowedStreams {
  const followings = [
    events.follow<SellerName>({
      stream: "USERS",
      filter: "evt.auth.>",
      name: NAME,
      position: () => projection.positionOf("USERS"),
      decode: ({ payload }) => sellerFrom(payload),
      apply: (sellers, position) =>
        writer.apply({ sellers, position: position && { ...position, stream: "USERS" } }),
      reset: () => writer.reset("USERS"),
    }),
    events.follow<EventChange>({
      stream: "EVENTS",
      filter: "evt.events.>",
      name: NAME,
      position: () => projection.positionOf("EVENTS"),
      decode: eventChangeFrom,
      apply: (changes, position) =>
        writer.apply({
          events: changes.flatMap(({ event }) => event ?? []),
          venues: changes.flatMap(({ venue }) => venue ?? []),
          position: position && { ...position, stream: "EVENTS" },
        }),
      reset: () => writer.reset("EVENTS"),
    }),
    events.follow<ListingState>({
      stream: "TICKETS",
      filter: "evt.tickets.>",
      name: NAME,
      position: () => projection.positionOf("TICKETS"),
      decode: ({ payload }) => listingFrom(payload),
      apply: (listings, position) =>
        writer.apply({ listings, position: position && { ...position, stream: "TICKETS" } }),
      reset: () => writer.reset("TICKETS"),
    }),
  ];
  return {
    async requireCaughtUp() {
      for (const following of followings) await following.requireCaughtUp();
    },
    async requireFresh() {
      for (const following of followings) await following.requireFresh();
    },
  };
}

/** The state in a ticket's event. Throws {@link PoisonEvent} when the contract is broken. */
export function listingFrom(payload: Uint8Array): ListingState {
  const { state } = decodeEvent(TicketEventSchema, payload);
  if (!state) throw new PoisonEvent("the event has no state");
  return listingStateOf(state);
}

/** The seller's name in a user's event. Throws {@link PoisonEvent} when the contract is broken. */
export function sellerFrom(payload: Uint8Array): SellerName {
  const { state } = decodeEvent(UserEventSchema, payload);
  if (!state?.id) throw new PoisonEvent("the event has no state");
  return { id: state.id, version: Number(state.version), displayName: state.displayName };
}

/** What an event of EVENTS changes: an event or a venue. Neither, of another aggregate. */
interface EventChange {
  event?: EventState;
  venue?: VenueState;
}

/** The state in an event of EVENTS. Throws {@link PoisonEvent} when the contract is broken. */
export function eventChangeFrom({ subject, payload }: { subject: string; payload: Uint8Array }): EventChange {
  if (isOfVenue(subject)) {
    const { state } = decodeEvent(VenueEventSchema, payload);
    if (!state) throw new PoisonEvent("the event has no state");
    return { venue: venueStateOf(state) };
  }
  if (!subject.startsWith("evt.events.v1.event_")) return {};
  const { state } = decodeEvent(EventEventSchema, payload);
  if (!state) throw new PoisonEvent("the event has no state");
  return { event: eventStateOf(state) };
}
