import type { Clock } from "@ticketing/runtime/process/clock";
import { absorb, type Event, mergeInto, type OperatorDecision } from "./event.ts";
import type { EventStore } from "./event-aggregate.ts";
import type { MergeLock } from "./merge-lock.ts";

/**
 * One event leads to another, which is known by its titles from then on. A refusal changes nothing. Throws as
 * `mergeInto`, EVENT_NOT_FOUND and CONTENTION.
 */
export function mergeEvents(
  { events, mergeLock, clock }: { events: EventStore; mergeLock: MergeLock; clock: Clock },
  { eventId, intoEventId, ...by }: OperatorDecision & { eventId: string; intoEventId: string },
): Promise<Event> {
  return mergeLock.alone(async () => {
    const event = await events.get(eventId);
    // Read anew at each try: whose turn took too long may find that another merge has changed all of it.
    const step = async (now: Event) => {
      const into = await events.get(intoEventId);
      const leads = (await events.collection.findOne({ mergedInto: eventId })) !== null;
      return mergeInto(now, { into, leads, ...by }, clock());
    };
    // If the other one is cancelled here, it takes this one along: workflows ask when they learn of the redirect.
    const merged = await events.update(eventId, step, event);
    // A crash here leaves the other one without this title until the merge is repeated.
    return events.update(intoEventId, (now) => absorb(now, merged, clock()));
  });
}
