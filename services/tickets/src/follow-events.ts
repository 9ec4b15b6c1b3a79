import { EventEventSchema } from "@ticketing/proto/events/v1/event_events";
import { decodeEvent } from "@ticketing/runtime/events/decode-event";
import type { Events, IncomingEvent } from "@ticketing/runtime/events/events";
import { isOfVenue } from "@ticketing/runtime/events/of-venue";
import type { Clock } from "@ticketing/runtime/process/clock";
import type { EventDirectory, KnownEvent } from "./event-directory.ts";
import { followEvent } from "./follow-event.ts";
import type { Ticket } from "./ticket.ts";
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

/**
 * Every ticket that holds this event's id takes over what it is now: what was found last, when all had taken it. An
 * event that changes meanwhile, or what it is merged into, is looked up again: its own news may have passed over the
 * tickets that were on their way there. `known` is what this very call has found already.
 */
export async function followOne(
  { tickets, directory, clock }: FollowDependencies,
  eventId: string,
  known?: KnownEvent,
): Promise<KnownEvent> {
  let found = known ?? (await directory.find(eventId));
  for (;;) {
    const { event, eventVersion } = found;
    const ids = new Set([eventId, event.eventId]);
    // A ticket that its seller took to another event meanwhile stays there.
    const follow = (current: Ticket) =>
      ids.has(current.event.eventId ?? "") ? followEvent(current, found, clock()) : current;
    for (const id of ids) {
      for await (const page of ticketPages(tickets, { "event.eventId": id })) {
        await Promise.all(page.map((ticket) => tickets.update(ticket._id, follow, ticket)));
      }
    }
    const next = await directory.find(eventId);
    if (next.event.eventId === event.eventId && next.eventVersion === eventVersion) return next;
    found = next;
  }
}
