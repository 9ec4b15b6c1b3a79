import { EventStatus } from "@ticketing/proto/events/v1/event";
import { EventEventSchema } from "@ticketing/proto/events/v1/event_events";
import { Category } from "@ticketing/proto/tickets/v1/ticket";
import { type Aggregate, type TransitionType, transitionsOf } from "@ticketing/runtime/documents/transition";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { nameKey } from "@ticketing/runtime/text/fold";
import type { Proposal } from "./proposal.ts";
import type { Venue } from "./venue.ts";

const { begin, advance } = transitionsOf(EventEventSchema);

/** How many other titles an event keeps: the newest. */
const KEPT_ALIASES = 50;

const HOUR_MS = 3_600_000;

/** How long an event lasts if nobody says. */
export const usualDurationMs = (category: Category): number =>
  HOUR_MS * ({ [Category.COMEDY]: 2, [Category.FESTIVAL]: 12 }[category as number] ?? 3);

/** What somebody knows of an event. */
export interface EventFacts {
  title: string;
  category: Category;
  venue: Pick<Venue, "_id" | "name" | "city" | "country" | "timeZone">;
  startTime: Date;
  durationMs: number;
}

/** What tickets admit to. Not to be confused with an event of a stream. */
export interface Event
  extends Aggregate<TransitionType<typeof EventEventSchema>>,
    EventFacts,
    Omit<Proposal, "id"> {
  status: EventStatus;
  /** One event has it: venue, start and title. What was merged keeps it, and so leads to what holds. */
  key: string;
  /** Every start that was announced, the proposed one first: a ticket may bear any of them. */
  starts: Date[];
  aliases: string[];
  /** The event that holds in its place; absent: none. Never one that is merged itself. */
  mergedInto?: string;
  /** The events in whose place it holds. */
  absorbed: string[];
  createTime: Date;
}

const keyOf = ({ venue, startTime, title }: EventFacts) =>
  `${venue._id}|${startTime.toISOString()}|${nameKey(title)}`;

/** Throws EVENT_STARTED with startTime unless the start lies ahead. */
function requireAhead(startTime: Date, now: Date): void {
  if (startTime > now) return;
  throw new DomainError("EVENT_STARTED", "the event has begun", { startTime: startTime.toISOString() });
}

/** An event that was not known. Throws EVENT_STARTED with startTime unless its start lies ahead. */
export function proposeEvent(facts: EventFacts, by: Proposal, now: Date): Event {
  requireAhead(facts.startTime, now);
  return recordEvent(facts, by, now);
}

/** An event that was not known and may have begun. */
export function recordEvent(facts: EventFacts, { id, ...by }: Proposal, now: Date): Event {
  const event = {
    ...facts,
    ...by,
    _id: id,
    status: EventStatus.SCHEDULED,
    key: keyOf(facts),
    starts: [facts.startTime],
    aliases: [],
    absorbed: [],
    createTime: now,
  };
  return begin(event, { case: "eventProposed", value: {} }, now);
}

const merged = (into: string) => new DomainError("EVENT_MERGED", "it was merged", { eventId: into });

/** Throws EVENT_MERGED with what holds in its place. */
function requireHolds({ mergedInto }: Event): void {
  if (mergedInto) throw merged(mergedInto);
}

/** Throws EVENT_CANCELLED. */
export function requireTakesPlace(event: Event): Event {
  if (event.status !== EventStatus.CANCELLED) return event;
  throw new DomainError("EVENT_CANCELLED", "the event is cancelled", { eventId: event._id });
}

function requireVersion(event: Event, version: number): void {
  if (event.version === version) return;
  const facts = { version: String(event.version) };
  throw new DomainError("STALE_VERSION", "the event has changed; read it again", facts);
}

/** Who decides about an event, and why; no reason: empty. */
export interface OperatorDecision {
  operatorId: string;
  reason: string;
}

/** It begins at another time, and lasts as long as before. At that start already: nothing changes. */
export function reschedule(
  event: Event,
  to: OperatorDecision & { version: number; startTime: Date },
  now: Date,
): Event {
  requireHolds(event);
  requireTakesPlace(event);
  const { startTime, operatorId, reason } = to;
  if (event.startTime.getTime() === startTime.getTime()) return event;
  requireVersion(event, to.version);
  requireAhead(startTime, now);
  const proposed = event.starts[0]?.getTime() === startTime.getTime();
  const value = { formerStartTime: event.startTime.toISOString(), operatorId, reason };
  return advance(event, { case: "eventRescheduled", value }, now, {
    startTime,
    status: proposed ? EventStatus.SCHEDULED : EventStatus.RESCHEDULED,
    key: keyOf({ ...event, startTime }),
    starts: [...event.starts, startTime],
  });
}

/** It does not take place. Cancelled already: nothing changes. */
export function cancel(event: Event, by: OperatorDecision & { version: number }, now: Date): Event {
  requireHolds(event);
  if (event.status === EventStatus.CANCELLED) return event;
  requireVersion(event, by.version);
  const { operatorId, reason } = by;
  const changes = { status: EventStatus.CANCELLED };
  return advance(event, { case: "eventCancelled", value: { operatorId, reason } }, now, changes);
}

/**
 * Another holds in its place: the first of the two writes of a merge. Merged into it already, or one event twice: nothing
 * changes. `leads`: others lead to this one, which is then not merged itself, so that a redirect leads to what holds in
 * one step. Throws EVENT_MERGED, EVENT_HAS_MERGED, EVENT_CANCELLED, EVENT_STARTED.
 */
export function mergeInto(
  event: Event,
  { into, leads, operatorId, reason }: OperatorDecision & { into: Event; leads: boolean },
  now: Date,
): Event {
  if (event.mergedInto === into._id || event._id === into._id) return event;
  for (const each of [event, into]) requireHolds(each);
  if (leads) {
    throw new DomainError("EVENT_HAS_MERGED", "others were merged into it", { eventId: event._id });
  }
  // The orders of one that is cancelled have ended, or are ending: none may come to it, and none leave it.
  for (const each of [event, into]) requireTakesPlace(each);
  // As by a reschedule, nothing that lies ahead comes to lie in the past.
  if (event.startTime > now) requireAhead(into.startTime, now);
  const value = { eventId: into._id, operatorId, reason };
  return advance(event, { case: "eventMerged", value }, now, { mergedInto: into._id });
}

/** It holds in the place of one that leads to it by now: the second write of a merge. Known already: nothing changes. */
export function absorb(event: Event, merged: Event, now: Date): Event {
  if (merged.mergedInto !== event._id || event.absorbed.includes(merged._id)) return event;
  const known = new Set([event.title, ...event.aliases].map(nameKey));
  const aliases = [merged.title, ...merged.aliases].filter((title) => !known.has(nameKey(title)));
  return advance(event, { case: "eventAbsorbed", value: { eventId: merged._id } }, now, {
    absorbed: [...event.absorbed, merged._id],
    aliases: [...event.aliases, ...aliases].slice(-KEPT_ALIASES),
  });
}
