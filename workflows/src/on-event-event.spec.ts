import { create, toBinary } from "@bufbuild/protobuf";
import { beforeEach, expect, it } from "@jest/globals";
import { EventStatus } from "@ticketing/proto/events/v1/event";
import { EventEventSchema } from "@ticketing/proto/events/v1/event_events";
import { ListOrdersOfEventResponseSchema } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import type { IncomingEvent } from "@ticketing/runtime/events/events";
import { onEventEvent } from "./on-event-event.ts";

let started: string[];
/** What tickets says of each merged event that is asked about: whether it does not take place. */
let cancelled: Map<string, boolean>;
const clients = {
  tickets: {
    async listOrdersOfEvent({ eventId = "" }) {
      const answer = cancelled.get(eventId);
      if (answer === undefined) throw new Error("tickets is away");
      return create(ListOrdersOfEventResponseSchema, { cancelled: answer });
    },
  },
};
const handle = onEventEvent({ startEventCancellation: async (id) => void started.push(id) }, clients);
const hear = (subject: string, payload: Uint8Array) =>
  handle({ subject: `evt.events.v1.${subject}`, payload } as IncomingEvent);
const payloadOf = (
  status: EventStatus,
  transition: "eventCancelled" | "eventRescheduled" | "eventMerged",
  mergedInto = "",
) =>
  toBinary(
    EventEventSchema,
    create(EventEventSchema, {
      id: "e",
      transition: { case: transition, value: {} },
      state: { status, mergedInto },
    }),
  );

beforeEach(() => {
  started = [];
  cancelled = new Map();
});

it("an event that is cancelled has its orders ended", async () => {
  await hear("event_cancelled.e", payloadOf(EventStatus.CANCELLED, "eventCancelled"));
  expect(started).toEqual(["e"]);
});

it("one of which only later news are left does too", async () => {
  await hear("event_rescheduled.e", payloadOf(EventStatus.CANCELLED, "eventRescheduled"));
  expect(started).toEqual(["e"]);
});

it("so does one that is merged into another, if that is cancelled", async () => {
  const merged = payloadOf(EventStatus.SCHEDULED, "eventMerged", "other");
  await expect(hear("event_merged.e", merged)).rejects.toThrow("tickets is away");
  cancelled.set("e", false);
  await hear("event_merged.e", merged);
  expect(started).toEqual([]);
  cancelled.set("e", true);
  await hear("event_merged.e", merged);
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
