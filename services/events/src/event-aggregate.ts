import { EventEventSchema } from "@ticketing/proto/events/v1/event_events";
import { defineAggregate } from "@ticketing/runtime/documents/aggregate";
import type { AggregateStore } from "@ticketing/runtime/documents/aggregate-store";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Event } from "./event.ts";
import { eventMessage } from "./messages.ts";

export type EventStore = AggregateStore<Event>;

/** Events: where they are kept, and what others learn of them. */
export const eventAggregate = defineAggregate({
  collection: "events",
  stream: "EVENTS",
  event: EventEventSchema,
  state: eventMessage,
  notFound: () => new DomainError("EVENT_NOT_FOUND", "there is no such event"),
  indexes: [
    { key: { key: 1 }, unique: true },
    { key: { "venue._id": 1, starts: 1 } },
    { key: { mergedInto: 1 }, partialFilterExpression: { mergedInto: { $exists: true } } },
  ],
});
