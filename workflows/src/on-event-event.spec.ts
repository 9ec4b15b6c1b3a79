import { create, toBinary } from "@bufbuild/protobuf";
import { beforeEach, expect, it } from "@jest/globals";
import { EventStatus } from "@ticketing/proto/events/v1/event";
import { EventEventSchema } from "@ticketing/proto/events/v1/event_events";
import type { IncomingEvent } from "@ticketing/runtime/events/events";
import { onEventEvent } from "./on-event-event.ts";

let started: string[];
const handle = onEventEvent({ startEventCancellation: async (id) => void started.push(id) });
const hear = (subject: string, payload: Uint8Array) =>
  handle({ subject: `evt.events.v1.${subject}`, payload } as IncomingEvent);
const payloadOf = (status: EventStatus, transition: "eventCancelled" | "eventRescheduled" | "eventMerged") =>
  toBinary(
    EventEventSchema,
    create(EventEventSchema, { id: "e", transition: { case: transition, value: {} }, state: { status } }),
  );

beforeEach(() => {
  started = [];
});

it("an event that is cancelled has its orders ended", async () => {
  await hear("event_cancelled.e", payloadOf(EventStatus.CANCELLED, "eventCancelled"));
  expect(started).toEqual(["e"]);
});

it("one of which only later news are left does too", async () => {
  await hear("event_merged.e", payloadOf(EventStatus.CANCELLED, "eventMerged"));
  expect(started).toEqual(["e"]);
});

it("one that takes place keeps its orders, and so does everything at a venue", async () => {
  await hear("event_rescheduled.e", payloadOf(EventStatus.RESCHEDULED, "eventRescheduled"));
  await hear("venue_proposed.v", payloadOf(EventStatus.CANCELLED, "eventCancelled"));
  expect(started).toEqual([]);
});

it("what cannot be read is set aside", async () => {
  await expect(hear("event_cancelled.e", new Uint8Array())).rejects.toMatchObject({ name: "PoisonEvent" });
  await expect(hear("event_cancelled.e", new Uint8Array([255]))).rejects.toMatchObject({
    name: "PoisonEvent",
  });
});
