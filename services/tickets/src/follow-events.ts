import { EventEventSchema } from "@ticketing/proto/events/v1/event_events";
import { decodeEvent } from "@ticketing/runtime/events/decode-event";
import type { Events, IncomingEvent } from "@ticketing/runtime/events/events";
import { isOfVenue } from "@ticketing/runtime/events/of-venue";
import type { Clock } from "@ticketing/runtime/process/clock";
import type { EventDirectory } from "./event-directory.ts";
import { followEvent } from "./follow-event.ts";
import type { TicketStore } from "./ticket-aggregate.ts";
import { ticketPages } from "./ticket-pages.ts";

interface FollowDependencies {
  tickets: TicketStore;
  directory: Pick<EventDirectory, "find">;
  clock: Clock;
}

/** Lets tickets follow the stream EVENTS: what was moved, cancelled or merged. */
export function followEvents(deps: FollowDependencies, events: Pick<Events, "consume">): void {
  events.consume({
    stream: "EVENTS",
    durable: "tickets",
    filter: "evt.events.>",
    handle: onEventEvent(deps),
  });
}

/** Takes an event of an event; one that was proposed, or took another's place, changes no ticket. */
export const onEventEvent =
  (deps: FollowDependencies) =>
  async ({ subject, payload }: Pick<IncomingEvent, "subject" | "payload">): Promise<void> => {
    if (isOfVenue(subject)) return;
    const { id, transition } = decodeEvent(EventEventSchema, payload);
    if (transition.case === "eventProposed" || transition.case === "eventAbsorbed") return;
    await followOne(deps, id);
  };

/** Every ticket that holds this event's id takes over what it is now. */
export async function followOne({ tickets, directory, clock }: FollowDependencies, eventId: string) {
  const known = await directory.find(eventId);
  for await (const page of ticketPages(tickets, { "event.eventId": eventId })) {
    await Promise.all(
      page.map((ticket) =>
        tickets.update(ticket._id, (current) => followEvent(current, known, clock()), ticket),
      ),
    );
  }
}
