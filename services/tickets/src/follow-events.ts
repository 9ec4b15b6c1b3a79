import { EventEventSchema } from "@ticketing/proto/events/v1/event_events";
import { decodeEvent } from "@ticketing/runtime/events/decode-event";
import type { Events, IncomingEvent } from "@ticketing/runtime/events/events";
import type { Clock } from "@ticketing/runtime/process/clock";
import type { EventDirectory } from "./event-directory.ts";
import { followEvent } from "./follow-event.ts";
import type { Ticket } from "./ticket.ts";
import type { TicketStore } from "./ticket-aggregate.ts";

/** So many tickets of an event are read at a time, and changed side by side. */
const TICKETS_AT_ONCE = 32;

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

/** Venues share the stream. */
const OF_VENUES = "evt.events.v1.venue_";

/** Takes an event of an event; one that was proposed, or took another's place, changes no ticket. */
export const onEventEvent =
  (deps: FollowDependencies) =>
  async ({ subject, payload }: Pick<IncomingEvent, "subject" | "payload">): Promise<void> => {
    if (subject.startsWith(OF_VENUES)) return;
    const { id, transition } = decodeEvent(EventEventSchema, payload);
    if (transition.case === "eventProposed" || transition.case === "eventAbsorbed") return;
    await followOne(deps, id);
  };

/** Every ticket that holds this event's id takes over what it is now. */
export async function followOne({ tickets, directory, clock }: FollowDependencies, eventId: string) {
  const known = await directory.find(eventId);
  for await (const page of pagesOf(tickets, eventId)) {
    await Promise.all(
      page.map((ticket) =>
        tickets.update(ticket._id, (current) => followEvent(current, known, clock()), ticket),
      ),
    );
  }
}

async function* pagesOf({ collection }: TicketStore, eventId: string): AsyncGenerator<Ticket[]> {
  let after = "";
  for (;;) {
    const page = await collection
      .find({ "event.eventId": eventId, _id: { $gt: after } })
      .sort({ _id: 1 })
      .limit(TICKETS_AT_ONCE)
      .toArray();
    yield page as Ticket[];
    const last = page.at(-1);
    if (!last || page.length < TICKETS_AT_ONCE) return;
    after = last._id;
  }
}
