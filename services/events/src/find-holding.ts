import type { Event } from "./event.ts";
import type { EventStore } from "./event-aggregate.ts";

/** What holds in the place of an event: itself, or what it was merged into. */
export const findHolding = async (events: EventStore, event: Event): Promise<Event> =>
  event.mergedInto ? events.get(event.mergedInto) : event;
