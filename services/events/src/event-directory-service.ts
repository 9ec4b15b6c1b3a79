import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import type { EventDirectoryService } from "@ticketing/proto/events/internal/v1/event_directory_service";
import { requireService } from "@ticketing/runtime/identity/service-tokens";
import type { Clock } from "@ticketing/runtime/process/clock";
import type { EventStore } from "./event-aggregate.ts";
import { findHolding } from "./find-holding.ts";
import { eventMessage } from "./messages.ts";
import { resolveEvent } from "./resolve-event.ts";
import type { VenueStore } from "./venue-aggregate.ts";

/** The internal API by which tickets learn what they admit to. */
export function createEventDirectoryService(deps: {
  venues: VenueStore;
  events: EventStore;
  clock: Clock;
}): ServiceImpl<typeof EventDirectoryService> {
  const { events, clock } = deps;
  return {
    async findEvent({ eventId }, context) {
      requireService(context, "tickets", "payouts");
      return { event: eventMessage(await findHolding(events, await events.get(eventId))) };
    },

    async resolveEvent({ title, venue, city, category, startTime }, context) {
      requireService(context, "tickets");
      if (!startTime) throw new Error("a request came without its start");
      const texts = { title, venue, city, category, startTime: timestampDate(startTime) };
      return { event: eventMessage(await findHolding(events, await resolveEvent(deps, texts, clock()))) };
    },
  };
}
