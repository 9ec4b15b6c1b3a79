import { randomUUID } from "node:crypto";
import { durationFromMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Event, EventStatus } from "@ticketing/proto/events/v1/event";
import { EventService } from "@ticketing/proto/events/v1/event_service";
import { Category } from "@ticketing/proto/tickets/v1/ticket";
import type { Database } from "@ticketing/runtime/documents/database";
import { errorInfoOf, reasonOf } from "@ticketing/runtime/process/domain-error";
import { clientOf, rejectsEveryCall, type SpecCaller } from "@ticketing/runtime/testing/calls";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { eventAggregate } from "./event-aggregate.ts";
import { createEventService } from "./event-service.ts";
import { createMergeLock } from "./merge-lock.ts";
import { createProposalLimit } from "./proposal-limit.ts";
import { venueAggregate } from "./venue-aggregate.ts";

let now = new Date(Date.UTC(2030, 0, 1));
let database: Database;
/** Runs once, before the next merged event is written. */
let beforeRedirect: (() => Promise<unknown>) | undefined;
let as: (caller: SpecCaller) => ReturnType<typeof clientOf<typeof EventService>>;

beforeAll(async () => {
  database = await openSpecDatabase();
  const venues = await venueAggregate.store(database.db);
  const store = await eventAggregate.store(database.db);
  const events: typeof store = {
    ...store,
    update: (id, change, read) =>
      store.update(
        id,
        async (event) => {
          const next = await change(event);
          const meanwhile = next.mergedInto ? beforeRedirect : undefined;
          if (meanwhile) beforeRedirect = undefined;
          await meanwhile?.();
          return next;
        },
        read,
      ),
  };
  const clock = () => now;
  const proposalLimit = await createProposalLimit(database.db);
  const mergeLock = createMergeLock(database.db, clock);
  const service = createEventService({ venues, events, mergeLock, proposalLimit, clock });
  as = (caller) => clientOf(EventService, service, caller);
}, 60_000);
afterAll(() => database?.close());

const somebody = () => as({ user: randomUUID() });
const operator = () => as({ user: "operator", roles: ["operator"] });
const refusal = (call: Promise<unknown>) =>
  call.then(() => "done" as const, errorInfoOf) as Promise<{
    reason: string;
    metadata: Record<string, string>;
  }>;
const reason = (call: Promise<unknown>) => call.then(() => "done", reasonOf);

async function venue(name: string, city = "London", more = {}) {
  const { venue } = await somebody().proposeVenue({ requestId: randomUUID(), name, city, ...more });
  if (!venue) throw new Error("no venue");
  return venue;
}

/** A request for an event at a venue of its own, so that specs do not meet. */
const wish = (venueId: string, more: object = {}) => ({
  requestId: randomUUID(),
  title: "Hamlet",
  category: Category.THEATRE,
  venueId,
  start: { start: { case: "localTime" as const, value: "2030-06-01T20:00" } },
  ...more,
});

async function event(request: ReturnType<typeof wish>): Promise<Event> {
  const { event } = await somebody().proposeEvent(request);
  if (!event) throw new Error("no event");
  return event;
}

const at = (iso: string) => ({ start: { case: "time" as const, value: timestampFromDate(new Date(iso)) } });

describe("proposing a venue", () => {
  it("fills in country and time zone from the city", async () => {
    expect(await venue("Nhow", "Berlin")).toMatchObject({
      ...{ name: "Nhow", city: "Berlin", country: "DE", timeZone: "Europe/Berlin", version: 1n },
    });
  });

  it("makes one of the same name and city, in any spelling and by whomever, also at the same time", async () => {
    const names = ["Hôtel Arena", "Hotel Arena", "HOTEL  ARENA", "hotel arena"];
    const venues = await Promise.all(names.map((name, n) => venue(name, n % 2 ? "Munich" : "München")));
    expect(new Set(venues.map(({ id }) => id)).size).toBe(1);
  });

  it("shows its city with its letters, so that one city is not two", async () => {
    const [tonhalle, kaufleuten] = [await venue("Tonhalle", "Zürich"), await venue("Kaufleuten", "Zuerich")];
    expect([tonhalle.city, kaufleuten.city, kaufleuten.country]).toEqual(["Zürich", "Zürich", "CH"]);
  });

  it("of a similar name is refused with the one that may be meant, until it is said to be another", async () => {
    const { id } = await venue("The O2");
    const request = { requestId: randomUUID(), name: "O2 Arena", city: "London" };
    const caller = somebody();
    expect(await refusal(caller.proposeVenue(request))).toMatchObject({
      reason: "VENUE_EXISTS",
      metadata: { venueId: id, name: "The O2" },
    });
    const { venue: other } = await caller.proposeVenue({ ...request, differentFrom: [id] });
    expect(other?.id).not.toBe(id);
    expect((await venue("O2 Arena", "Prague")).country).toBe("CZ");
  });

  it("is the same for a repeat, and refused for another wish under its request_id", async () => {
    const caller = somebody();
    const request = { requestId: randomUUID(), name: "Ronnie Scott's", city: "London" };
    const [first, again] = [await caller.proposeVenue(request), await caller.proposeVenue(request)];
    expect(again).toEqual(first);
    expect(await reason(caller.proposeVenue({ ...request, name: "Pizza Express" }))).toBe(
      "REQUEST_ID_REUSED",
    );
  });

  it("is limited to thirty within an hour", async () => {
    const caller = somebody();
    for (let n = 1; n <= 30; n++) {
      await caller.proposeVenue({ requestId: randomUUID(), name: `Cellar${n}`, city: "Oslo" });
    }
    const more = { requestId: randomUUID(), name: "Cellar31", city: "Oslo" };
    expect(await reason(caller.proposeVenue(more))).toBe("TOO_MANY_PROPOSALS");
    now = new Date(now.getTime() + 3_600_001);
    expect(await reason(caller.proposeVenue(more))).toBe("done");
  });
});

describe("proposing an event", () => {
  it("takes the time that clocks at the venue show", async () => {
    const { id } = await venue("Beacon", "New York");
    const proposed = await event(wish(id));
    expect(proposed).toMatchObject({
      ...{ title: "Hamlet", timeZone: "America/New_York", status: EventStatus.SCHEDULED, mergedInto: "" },
      venue: { id, name: "Beacon", city: "New York", country: "US" },
      startTime: timestampFromDate(new Date("2030-06-02T00:00:00Z")),
      endTime: timestampFromDate(new Date("2030-06-02T03:00:00Z")),
    });
    expect(await somebody().getEvent({ eventId: proposed.id })).toMatchObject({ event: proposed });
    const long = await event(wish(id, { title: "Ring", duration: durationFromMs(5 * 3_600_000) }));
    expect(long.endTime).toEqual(timestampFromDate(new Date("2030-06-02T05:00:00Z")));
  });

  it("asks about a time that clocks there show twice, and takes the instant that was meant", async () => {
    const { id } = await venue("Apollo", "New York");
    const caller = somebody();
    const request = wish(id, { start: { start: { case: "localTime", value: "2030-11-03T01:30" } } });
    const asked = await refusal(caller.proposeEvent(request));
    expect(asked).toMatchObject({ reason: "LOCAL_TIME_REPEATED" });
    const meant = at(asked.metadata.later ?? "");
    const { event: proposed } = await caller.proposeEvent({ ...request, start: meant });
    expect(proposed?.startTime).toEqual(meant.start.value);
  });

  it("makes one of the same title and start, by whomever, also at the same time", async () => {
    const { id } = await venue("Globe");
    const titles = ["Hamlet", "HAMLET", "Hamlet ", "Hámlet"];
    const events = await Promise.all(titles.map((title) => event(wish(id, { title }))));
    expect(new Set(events.map((one) => one.id)).size).toBe(1);
  });

  it("of a similar title at the same start is refused with the one that may be meant", async () => {
    const { id } = await venue("Barbican");
    const first = await event(wish(id));
    const similar = wish(id, { title: "Hamlet – Royal Shakespeare Company" });
    expect(await refusal(somebody().proposeEvent(similar))).toMatchObject({
      reason: "EVENT_EXISTS",
      metadata: { eventId: first.id, title: "Hamlet" },
    });
    expect((await event({ ...similar, differentFrom: [first.id] } as typeof similar)).id).not.toBe(first.id);
    const nextDay = { start: { start: { case: "localTime", value: "2030-06-02T20:00" } } };
    expect((await event(wish(id, nextDay))).id).not.toBe(first.id);
  });

  it("begins before the year 2100, however its start is said", async () => {
    const { id } = await venue("Waikiki Shell", "Honolulu");
    const start = (value: string) => ({ start: { start: { case: "localTime" as const, value } } });
    expect(await reason(somebody().proposeEvent(wish(id, start("2099-12-31T23:30"))))).toBe(
      "LOCAL_TIME_INVALID",
    );
    expect((await event(wish(id, start("2099-12-31T13:30")))).version).toBe(1n);
  });

  it("of one person are thirty an hour, also all at once", async () => {
    const caller = somebody();
    const { id } = await venue("Kiln");
    const wishes = Array.from({ length: 60 }, (_, n) =>
      wish(id, { title: `Play number ${n} of ${randomUUID()}` }),
    );
    const outcomes = await Promise.all(wishes.map((each) => reason(caller.proposeEvent(each))));
    const taken = outcomes.filter((outcome) => outcome === "done").length;
    expect(taken).toBeLessThanOrEqual(30);
    expect(taken).toBeGreaterThan(0);
  });

  it("needs a session, a venue and a start that lies ahead", async () => {
    const { id } = await venue("Lyric");
    expect(await reason(as("nobody").proposeEvent(wish(id)))).toBe("UNAUTHENTICATED");
    expect(await reason(somebody().proposeEvent(wish(randomUUID())))).toBe("VENUE_NOT_FOUND");
    expect(await reason(somebody().proposeEvent(wish(id, { start: at("2029-12-31T20:00:00Z") })))).toBe(
      "EVENT_STARTED",
    );
  });
});

describe("operators", () => {
  it("alone reschedule, cancel and merge", async () => {
    const outcomes = await rejectsEveryCall(EventService, somebody());
    expect(outcomes).toMatchObject({
      ...{ rescheduleEvent: "ROLE_REQUIRED", cancelEvent: "ROLE_REQUIRED", mergeEvents: "ROLE_REQUIRED" },
    });
  });

  it("reschedule: who has the old date is led to the new one", async () => {
    const { id } = await venue("Almeida");
    const first = await event(wish(id));
    const moved = await operator().rescheduleEvent({
      eventId: first.id,
      version: 1n,
      start: at("2030-07-01T19:00:00Z"),
    });
    expect(moved.event).toMatchObject({ status: EventStatus.RESCHEDULED, version: 2n });
    expect(moved.event?.endTime).toEqual(timestampFromDate(new Date("2030-07-01T22:00:00Z")));
    expect(await refusal(somebody().proposeEvent(wish(id)))).toMatchObject({
      reason: "EVENT_EXISTS",
      metadata: { eventId: first.id },
    });
  });

  it("do not move an event onto another of its title", async () => {
    const { id } = await venue("Donmar");
    const first = await event(wish(id));
    const second = await event(wish(id, { start: at("2030-06-03T19:00:00Z") }));
    const onto = { eventId: second.id, version: 1n, start: at("2030-06-01T19:00:00Z") };
    expect(await refusal(operator().rescheduleEvent(onto))).toMatchObject({
      reason: "EVENT_EXISTS",
      metadata: { eventId: first.id },
    });
  });

  it("move an event to the start of one that was merged into it", async () => {
    const { id } = await venue("Harold Pinter");
    const first = await event(wish(id));
    const second = await event(wish(id, { start: at("2030-06-03T19:00:00Z") }));
    await operator().mergeEvents({ eventId: first.id, intoEventId: second.id });
    const to = { eventId: second.id, version: 2n, start: at("2030-06-01T19:00:00Z") };
    const { event: moved } = await operator().rescheduleEvent(to);
    expect(moved?.startTime).toEqual(first.startTime);
    expect((await event(wish(id))).id).toBe(second.id);
    const back = { eventId: second.id, version: 3n, start: at("2030-06-03T19:00:00Z") };
    await operator().rescheduleEvent(back);
    expect(await refusal(somebody().proposeEvent(wish(id)))).toMatchObject({
      reason: "EVENT_EXISTS",
      metadata: { eventId: second.id },
    });
  });

  it("cancel: the event is not proposed again", async () => {
    const { id } = await venue("Bridge");
    const { id: eventId } = await event(wish(id));
    const cancelled = await operator().cancelEvent({ eventId, version: 1n });
    expect(cancelled.event?.status).toBe(EventStatus.CANCELLED);
    expect(await operator().cancelEvent({ eventId, version: 1n })).toEqual(cancelled);
    expect(await refusal(somebody().proposeEvent(wish(id)))).toMatchObject({
      reason: "EVENT_CANCELLED",
      metadata: { eventId },
    });
  });

  it("merge: the one leads to the other, which is known by both titles", async () => {
    const { id } = await venue("Old Vic");
    const kept = await event(wish(id));
    const request = wish(id, { title: "Hamlet (RSC)", differentFrom: [kept.id] });
    const double = await event(request);
    const merge = { eventId: double.id, intoEventId: kept.id };
    const { event: merged } = await operator().mergeEvents(merge);
    expect(merged).toMatchObject({ id: kept.id, aliases: ["Hamlet (RSC)"] });
    expect((await operator().mergeEvents(merge)).event).toEqual(merged);
    expect((await somebody().getEvent({ eventId: double.id })).event).toEqual(merged);
    expect((await event(wish(id, { title: "hamlet rsc", differentFrom: [kept.id] }))).id).toBe(kept.id);
    expect(await reason(operator().mergeEvents({ eventId: kept.id, intoEventId: double.id }))).toBe(
      "EVENT_MERGED",
    );
  });

  it("merge one into another that is cancelled meanwhile: it leads there, and so is cancelled with it", async () => {
    const { id } = await venue("Gielgud");
    const kept = await event(wish(id));
    const double = await event(wish(id, { title: "Hamlet (RSC)", differentFrom: [kept.id] }));
    beforeRedirect = () => operator().cancelEvent({ eventId: kept.id, version: 1n });
    await operator().mergeEvents({ eventId: double.id, intoEventId: kept.id });
    const { event: found } = await somebody().getEvent({ eventId: double.id });
    expect(found).toMatchObject({ id: kept.id, status: EventStatus.CANCELLED });
  });

  it("merge two events each into the other at the same time: at most one holds for the other", async () => {
    const { id } = await venue("Young Vic");
    const one = await event(wish(id));
    const other = await event(wish(id, { start: at("2030-06-03T19:00:00Z") }));
    await Promise.allSettled([
      operator().mergeEvents({ eventId: one.id, intoEventId: other.id }),
      operator().mergeEvents({ eventId: other.id, intoEventId: one.id }),
    ]);
    for (const eventId of [one.id, other.id]) {
      expect((await somebody().getEvent({ eventId })).event?.mergedInto).toBe("");
    }
  });
});
