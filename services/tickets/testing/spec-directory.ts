import { Code, ConnectError } from "@connectrpc/connect";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { derivedId } from "@ticketing/runtime/process/ids";
import type { TicketedEvent } from "@ticketing/runtime/values/ticketed-event";
import type { EventDirectory, KnownEvent } from "../src/event-directory.ts";

/** Stands in for the events service: it knows what was asked for, and what a spec says of it. */
export function createSpecDirectory() {
  const events = new Map<string, KnownEvent>();
  const merged = new Map<string, string>();
  const control = {
    isAway: false,
    /** Runs once, after the next event was looked up by its id and before the answer is there. */
    meanwhile: undefined as (() => Promise<unknown>) | undefined,
  };

  function requireThere(): void {
    if (control.isAway) throw new ConnectError("away", Code.Unavailable);
  }

  function holding(eventId: string): KnownEvent {
    const known = events.get(merged.get(eventId) ?? eventId);
    if (!known) throw new DomainError("EVENT_NOT_FOUND", "there is no such event");
    return known;
  }

  const directory: EventDirectory = {
    async find(eventId) {
      requireThere();
      const known = holding(eventId);
      const { meanwhile } = control;
      control.meanwhile = undefined;
      await meanwhile?.();
      return known;
    },
    async resolve(written) {
      requireThere();
      const { title, venue, city, startTime } = written;
      const eventId = derivedId("event", JSON.stringify([title, venue, city, startTime]));
      if (!events.has(eventId)) {
        const event = { ...written, eventId, timeZone: "Europe/Oslo", cancelled: false };
        events.set(eventId, { event, eventVersion: 1 });
      }
      return holding(eventId);
    },
  };
  return {
    ...directory,
    control,
    /** What becomes of an event. */
    change(eventId: string, changes: Partial<TicketedEvent>): void {
      const { event, eventVersion } = holding(eventId);
      events.set(event.eventId, { event: { ...event, ...changes, eventId }, eventVersion: eventVersion + 1 });
    },
    /** Another holds in its place. */
    merge(eventId: string, into: string): void {
      merged.set(eventId, into);
    },
  };
}
