import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fromBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { EventStatus } from "@ticketing/proto/events/v1/event";
import { EventEventSchema } from "@ticketing/proto/events/v1/event_events";
import { VenueEventSchema } from "@ticketing/proto/events/v1/venue_events";
import { Category } from "@ticketing/proto/tickets/v1/ticket";
import type { Database } from "@ticketing/runtime/documents/database";
import { createEvents, type Events, type IncomingEvent } from "@ticketing/runtime/events/events";
import { republishOf } from "@ticketing/runtime/events/removed-events";
import { silent as log } from "@ticketing/runtime/testing/service";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { startNats } from "@ticketing/servers/nats";
import { proposeEvent, reschedule } from "./event.ts";
import { eventAggregate } from "./event-aggregate.ts";
import { proposeVenue } from "./venue.ts";
import { venueAggregate } from "./venue-aggregate.ts";

const at = (hour: number) => new Date(Date.UTC(2030, 0, 1, hour));
let folder: string;
let broker: Awaited<ReturnType<typeof startNats>>;
let events: Events;
let database: Database;
let stop: () => Promise<unknown>;
const heard: IncomingEvent[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ticketing-events-"));
  broker = await startNats({ dir: folder });
  events = await createEvents({ natsUrl: broker.url, name: "spec", log });
  database = await openSpecDatabase();
  const means = { db: database.db, events, log };
  const [venues, shows] = [await venueAggregate.open(means), await eventAggregate.open(means)];
  stop = () => Promise.all([venues.relay.stop(), shows.relay.stop()]);
  await events.watch({
    stream: "EVENTS",
    filter: "evt.events.>",
    handle: ({ read }) => void heard.push(read()),
    onGap: () => undefined,
  });
  venues.relay.start();
  shows.relay.start();
  const decided = { operatorId: "operator", reason: "" };
  const by = { proposerId: "user", requestFingerprint: "" };
  const place = { name: "The O2", city: "London", country: "GB", timeZone: "Europe/London", sections: [] };
  const venue = proposeVenue(place, { ...by, id: "venue" }, at(0));
  const facts = {
    ...{ title: "Hamlet", category: Category.THEATRE, durationMs: 7_200_000 },
    ...{ startTime: at(20), venue },
  };
  await venues.insert(venue);
  await shows.insert(proposeEvent(facts, { ...by, id: "event" }, at(0)));
  await shows.update("event", (event) =>
    reschedule(event, { ...decided, version: 1, startTime: at(21) }, at(1)),
  );
}, 60_000);
afterAll(async () => {
  await stop?.();
  await events?.close();
  await database?.close();
  await broker?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function subjects(count: number): Promise<string[]> {
  for (let n = 0; n < 500 && heard.length < count; n++) await sleep(20);
  return heard.map(({ subject }) => subject).sort();
}

it("venues and events are told on one stream, with what everybody may know", async () => {
  expect(await subjects(3)).toEqual([
    "evt.events.v1.event_proposed.event",
    "evt.events.v1.event_rescheduled.event",
    "evt.events.v1.venue_proposed.venue",
  ]);
  const payload = (type: string) =>
    heard.find(({ subject }) => subject.includes(type))?.payload ?? new Uint8Array();
  expect(fromBinary(VenueEventSchema, payload("venue_proposed")).state).toMatchObject({ name: "The O2" });
  const { transition, state } = fromBinary(EventEventSchema, payload("event_rescheduled"));
  expect(transition).toMatchObject({ value: { formerStartTime: at(20).toISOString() } });
  expect(state).toMatchObject({ status: EventStatus.RESCHEDULED, timeZone: "Europe/London" });
});

it("both are announced again when a reader has missed some", async () => {
  heard.length = 0;
  await events.requests.ask(republishOf("EVENTS"));
  expect(await subjects(2)).toEqual([
    "evt.events.v1.event_rescheduled.event",
    "evt.events.v1.venue_proposed.venue",
  ]);
});
