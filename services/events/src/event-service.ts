import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { durationMs, timestampDate } from "@bufbuild/protobuf/wkt";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import {
  type EventService,
  type EventStart,
  ProposeEventRequestSchema,
  ProposeVenueRequestSchema,
} from "@ticketing/proto/events/v1/event_service";
import { isDuplicateKey } from "@ticketing/runtime/documents/duplicate-key";
import { requireRole, requireUser } from "@ticketing/runtime/identity/identity";
import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { derivedId } from "@ticketing/runtime/process/ids";
import { fingerprintOf } from "@ticketing/runtime/process/request-fingerprint";
import { placeOf } from "./cities.ts";
import {
  cancel,
  type Event,
  type OperatorDecision,
  proposeEvent,
  requireTakesPlace,
  reschedule,
  usualDurationMs,
} from "./event.ts";
import type { EventStore } from "./event-aggregate.ts";
import { findHolding } from "./find-holding.ts";
import { instantOf } from "./local-time.ts";
import { mergeEvents } from "./merge-events.ts";
import type { MergeLock } from "./merge-lock.ts";
import { eventMessage, venueMessage } from "./messages.ts";
import { areSimilar } from "./names.ts";
import { type Proposal, requireSameRequest } from "./proposal.ts";
import type { ProposalLimit } from "./proposal-limit.ts";
import { propose } from "./propose.ts";
import { proposeVenue, type Venue } from "./venue.ts";
import type { VenueStore } from "./venue-aggregate.ts";

/** The API of events and venues. */
export function createEventService(deps: {
  venues: VenueStore;
  events: EventStore;
  mergeLock: MergeLock;
  proposalLimit: ProposalLimit;
  clock: Clock;
}): ServiceImpl<typeof EventService> {
  const { venues, events, proposalLimit, clock } = deps;

  const holding = (event: Event) => findHolding(events, event);

  /** Throws VENUE_EXISTS if the city has a venue that may be this one. */
  async function requireNewVenue(wanted: Venue, others: readonly string[]): Promise<void> {
    const there = await venues.collection.find({ place: wanted.place, key: { $ne: wanted.key } }).toArray();
    const similar = there.find(({ _id, name }) => !others.includes(_id) && areSimilar(name, wanted.name));
    if (!similar) return;
    const facts = { venueId: similar._id, name: similar.name };
    throw new DomainError("VENUE_EXISTS", "the city has a venue with a similar name", facts);
  }

  /** Throws EVENT_EXISTS if the venue has an event at this start, or had one, that may be this one. */
  async function requireNewEvent(wanted: Event, others: readonly string[]): Promise<void> {
    const then = { "venue._id": wanted.venue._id, starts: wanted.startTime, key: { $ne: wanted.key } };
    for (const found of await events.collection.find(then).toArray()) {
      const event = await holding(found);
      if (others.includes(event._id)) continue;
      if ([found.title, event.title, ...event.aliases].some((title) => areSimilar(title, wanted.title))) {
        throw exists(event);
      }
    }
  }

  /** The event at its new start. Throws EVENT_EXISTS if there is one with its title. */
  async function moved(
    eventId: string,
    to: OperatorDecision & { version: number; startTime: Date },
  ): Promise<Event> {
    let key = "";
    try {
      return await events.update(eventId, (event) => {
        const next = reschedule(event, to, clock());
        key = next.key;
        return next;
      });
    } catch (error) {
      const other = isDuplicateKey(error) && (await events.collection.findOne({ key }));
      if (!other) throw error;
      if (other.mergedInto !== eventId) throw exists(other);
      // What leads here gives up its key: the one that has it now is found in its place.
      const givenUp = `${key}|${other._id}`;
      await events.collection.updateOne({ _id: other._id, mergedInto: eventId }, { $set: { key: givenUp } });
      return moved(eventId, to);
    }
  }

  return {
    async proposeVenue(request, context) {
      const by = proposalOf(ProposeVenueRequestSchema, request, context, "venue");
      const known = await venues.find(by.id);
      if (known) return { venue: venueMessage(requireSameRequest(known, by)) };
      const { name, city, sections } = request;
      const wanted = proposeVenue({ name, city, sections, ...placeOf(city, request) }, by, clock());
      const venue = await propose(venues, wanted, {
        requireNew: () => requireNewVenue(wanted, request.differentFrom),
        requireFew: () => proposalLimit.take("venue", by.proposerId, clock()),
      });
      return { venue: venueMessage(venue) };
    },

    async getVenue({ venueId }) {
      return { venue: venueMessage(await venues.get(venueId)) };
    },

    async proposeEvent(request, context) {
      const by = proposalOf(ProposeEventRequestSchema, request, context, "event");
      const known = await events.find(by.id);
      if (known) return { event: eventMessage(await holding(requireSameRequest(known, by))) };
      const { title, category, duration } = request;
      const { _id, name, city, country, timeZone } = await venues.get(request.venueId);
      const facts = {
        title,
        category,
        venue: { _id, name, city, country, timeZone },
        startTime: startOf(request.start, timeZone),
        durationMs: duration ? durationMs(duration) : usualDurationMs(category),
      };
      const wanted = proposeEvent(facts, by, clock());
      const event = await propose(events, wanted, {
        requireNew: () => requireNewEvent(wanted, request.differentFrom),
        requireFew: () => proposalLimit.take("event", by.proposerId, clock()),
      });
      return { event: eventMessage(requireTakesPlace(await holding(event))) };
    },

    async getEvent({ eventId }) {
      return { event: eventMessage(await holding(await events.get(eventId))) };
    },

    async rescheduleEvent({ eventId, version, start, reason }, context) {
      const by = decisionOf(context, reason);
      const { timeZone } = (await events.get(eventId)).venue;
      const to = { ...by, version: Number(version), startTime: startOf(start, timeZone) };
      return { event: eventMessage(await moved(eventId, to)) };
    },

    async cancelEvent({ eventId, version, reason }, context) {
      const by = { ...decisionOf(context, reason), version: Number(version) };
      return { event: eventMessage(await events.update(eventId, (event) => cancel(event, by, clock()))) };
    },

    async mergeEvents({ eventId, intoEventId, reason }, context) {
      const by = decisionOf(context, reason);
      const event = await mergeEvents(deps, { ...by, eventId, intoEventId });
      return { event: eventMessage(event) };
    },
  };
}

/** Who decides, and why: validation lets no request without a reason pass. Throws ROLE_REQUIRED. */
const decisionOf = (context: HandlerContext, reason = ""): OperatorDecision => ({
  operatorId: requireRole(context, "operator").userId,
  reason,
});

const exists = ({ _id, title }: Event) =>
  new DomainError("EVENT_EXISTS", "the venue has a similar event at that start", { eventId: _id, title });

/** By whom and by which request. One request id may be used for a venue and for an event. */
function proposalOf<D extends DescMessage>(
  schema: D,
  request: MessageShape<D> & { requestId: string },
  context: HandlerContext,
  kind: "venue" | "event",
): Proposal {
  const { userId } = requireUser(context);
  return {
    id: derivedId(`${userId}:${kind}`, request.requestId),
    proposerId: userId,
    requestFingerprint: fingerprintOf(schema, request),
  };
}

/** As the contract has it for instants. */
const FIRST_TOO_LATE = new Date(Date.UTC(2100, 0, 1));

/** When it begins. Throws as `instantOf`. */
function startOf(message: EventStart | undefined, timeZone: string): Date {
  const { start } = message ?? {};
  if (start?.case === "localTime") {
    const instant = instantOf(start.value, timeZone);
    if (instant < FIRST_TOO_LATE) return instant;
    throw new DomainError("LOCAL_TIME_INVALID", "this is the year 2100 by UTC, or later");
  }
  if (start?.case === "time") return timestampDate(start.value);
  throw new Error("a request came without its start");
}
