import { randomUUID } from "node:crypto";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { EventDirectoryService } from "@ticketing/proto/events/internal/v1/event_directory_service";
import { EventService } from "@ticketing/proto/events/v1/event_service";
import { Category } from "@ticketing/proto/tickets/v1/ticket";
import type { Database } from "@ticketing/runtime/documents/database";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { clientOf } from "@ticketing/runtime/testing/calls";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { eventAggregate } from "./event-aggregate.ts";
import { createEventDirectoryService } from "./event-directory-service.ts";
import { createEventService } from "./event-service.ts";
import { createMergeLock } from "./merge-lock.ts";
import { createProposalLimit } from "./proposal-limit.ts";
import { venueAggregate } from "./venue-aggregate.ts";

let database: Database;
let directory: ReturnType<typeof clientOf<typeof EventDirectoryService>>;
let orders: typeof directory;
let operator: ReturnType<typeof clientOf<typeof EventService>>;
let somebody: typeof operator;

beforeAll(async () => {
  database = await openSpecDatabase();
  const venues = await venueAggregate.store(database.db);
  const events = await eventAggregate.store(database.db);
  const clock = () => new Date(Date.UTC(2030, 0, 1));
  const deps = {
    venues,
    events,
    mergeLock: createMergeLock(database.db, clock),
    proposalLimit: await createProposalLimit(database.db),
    clock,
  };
  const service = createEventDirectoryService(deps);
  directory = clientOf(EventDirectoryService, service, { service: "tickets" });
  orders = clientOf(EventDirectoryService, service, { service: "orders" });
  operator = clientOf(EventService, createEventService(deps), { user: "operator", roles: ["operator"] });
  somebody = clientOf(EventService, createEventService(deps), { user: "somebody" });
}, 60_000);
afterAll(() => database?.close());

const at = (iso: string) => timestampFromDate(new Date(iso));
const texts = (more: object = {}) => ({
  title: `Hamlet ${randomUUID()}`,
  venue: "Globe",
  city: "London",
  category: Category.THEATRE,
  startTime: at("2030-06-01T19:00:00Z"),
  ...more,
});
async function resolve(request: ReturnType<typeof texts>) {
  const { event } = await directory.resolveEvent(request);
  if (!event) throw new Error("no event");
  return event;
}

describe("an event by its texts", () => {
  it("is made with its venue, on the clocks of its city", async () => {
    const event = await resolve(texts());
    expect(event).toMatchObject({
      venue: { name: "Globe", country: "GB" },
      timeZone: "Europe/London",
      version: 1n,
    });
    expect(await resolve(texts({ city: "Nowhere at All" }))).toMatchObject({
      venue: { country: "ZZ" },
      timeZone: "Etc/UTC",
    });
  });

  it("is one, however it is spelled and however often it is asked for at once", async () => {
    const request = texts({ title: `Café ${randomUUID()}` });
    const spelled = {
      ...request,
      title: request.title.toUpperCase().replace("É", "E"),
      venue: "GLOBE",
      city: "london",
    };
    const found = await Promise.all([request, spelled, request, spelled].map(resolve));
    expect(new Set(found.map(({ id }) => id)).size).toBe(1);
  });

  it("is another at another start, venue or city", async () => {
    const request = texts();
    const others = [{}, { startTime: at("2030-06-02T19:00:00Z") }, { venue: "Old Vic" }, { city: "Leeds" }];
    const found = await Promise.all(others.map((other) => resolve({ ...request, ...other })));
    expect(new Set(found.map(({ id }) => id)).size).toBe(others.length);
  });

  it("may have begun: tickets of the past have events too", async () => {
    expect((await resolve(texts({ startTime: at("2020-06-01T19:00:00Z") }))).version).toBe(1n);
  });

  it("is the proposed one, also by the start that it had, by an alias, and after a merge", async () => {
    const request = texts();
    const { id: eventId } = await resolve(request);
    await operator.rescheduleEvent({
      eventId,
      version: 1n,
      start: { start: { case: "time", value: at("2030-07-01T19:00:00Z") } },
    });
    expect((await resolve(request)).id).toBe(eventId);
    const twin = texts({ startTime: at("2030-07-01T19:00:00Z") });
    const { id: twinId } = await resolve(twin);
    await operator.mergeEvents({ eventId: twinId, intoEventId: eventId });
    expect((await resolve(twin)).id).toBe(eventId);
    expect((await directory.findEvent({ eventId: twinId })).event?.id).toBe(eventId);
  });
});

describe("an event at a venue that somebody has named", () => {
  /** A venue, with an event that it has then. */
  async function named(place: object, known = texts({ venue: `Hall ${randomUUID()}`, ...place })) {
    const { venue: name, city, title, startTime } = known;
    const { venue } = await somebody.proposeVenue({ requestId: randomUUID(), name, city, ...place });
    const { event } = await somebody.proposeEvent({
      ...{ requestId: randomUUID(), title, category: Category.THEATRE, venueId: venue?.id ?? "" },
      start: { start: { case: "time", value: startTime } },
    });
    return { known, id: event?.id ?? "" };
  }
  const unheardOf = { city: "Atkcity", country: "GB", timeZone: "Europe/London" };

  it("is found by its texts, in a city that nobody knows and in the smaller one of its name", async () => {
    const ontario = { city: "London", country: "CA", timeZone: "America/Toronto" };
    for (const place of [unheardOf, ontario]) {
      const { known, id } = await named(place);
      expect((await resolve(known)).id).toBe(id);
      await operator.cancelEvent({ eventId: id, version: 1n });
      expect((await resolve(known)).id).toBe(id);
    }
  });

  it("is preferred to what was made of the same texts before, when nobody knew its place", async () => {
    const first = texts({ city: "Atkcity", venue: `Hall ${randomUUID()}` });
    const { id: made } = await resolve(first);
    const { id } = await named(unheardOf, first);
    expect(id).not.toBe(made);
    expect((await resolve(first)).id).toBe(id);
  });

  it("has its other events there where nobody knows the city, and in the likely city else", async () => {
    const { known } = await named(unheardOf);
    const other = await resolve({ ...known, title: `Macbeth ${randomUUID()}` });
    expect(other).toMatchObject({ timeZone: "Europe/London", venue: { country: "GB" } });
    const { known: ontario } = await named({ city: "London", country: "CA", timeZone: "America/Toronto" });
    expect((await resolve({ ...ontario, title: `Macbeth ${randomUUID()}` })).timeZone).toBe("Europe/London");
  });
});

it("tells nobody of an event that there is not, and only tickets of any", async () => {
  const call = directory.findEvent({ eventId: randomUUID() });
  expect(await call.catch(reasonOf)).toBe("EVENT_NOT_FOUND");
  await expect(orders.findEvent({ eventId: randomUUID() })).rejects.toThrow();
  await expect(orders.resolveEvent(texts())).rejects.toThrow();
});
