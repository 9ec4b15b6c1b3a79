import { create, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "@jest/globals";
import { EventStatus } from "@ticketing/proto/events/v1/event";
import { EventEventSchema } from "@ticketing/proto/events/v1/event_events";
import { VenueEventSchema } from "@ticketing/proto/events/v1/venue_events";
import { PoisonEvent } from "@ticketing/runtime/events/events";
import { eventChangeFrom } from "./follow-streams.ts";

const at = (ms: number) => timestampFromMs(ms);
const place = { city: "London", country: "GB" };

describe("an event of the stream EVENTS", () => {
  it("changes an event", () => {
    const state = {
      ...{ id: "e", title: "Jazz", aliases: ["Swing"], category: 2, timeZone: "Europe/London", version: 3n },
      venue: { id: "v", name: "The O2", ...place },
      ...{ startTime: at(5), endTime: at(6), createTime: at(1), updateTime: at(2) },
      ...{ status: EventStatus.RESCHEDULED, mergedInto: "other" },
    };
    const payload = toBinary(EventEventSchema, create(EventEventSchema, { id: "e", state }));
    expect(eventChangeFrom({ subject: "evt.events.v1.event_rescheduled.e", payload })).toEqual({
      event: {
        ...{ id: "e", version: 3, title: "Jazz", aliases: ["Swing"], category: 2, timeZone: "Europe/London" },
        ...{ venueId: "v", venue: "The O2", ...place, start: 5, end: 6, created: 1, updated: 2 },
        ...{ status: EventStatus.RESCHEDULED, mergedInto: "other" },
      },
    });
  });

  it("changes a venue", () => {
    const facts = { id: "v", name: "The O2", ...place, timeZone: "Europe/London", sections: ["A"] };
    const state = { ...facts, version: 1n, createTime: at(1), updateTime: at(2) };
    const payload = toBinary(VenueEventSchema, create(VenueEventSchema, { id: "v", state }));
    expect(eventChangeFrom({ subject: "evt.events.v1.venue_proposed.v", payload })).toEqual({
      venue: { ...facts, version: 1, created: 1, updated: 2 },
    });
  });

  it("changes nothing when it is of what this release does not know", () => {
    const payload = new Uint8Array([1, 2, 3]);
    expect(eventChangeFrom({ subject: "evt.events.v1.tour_proposed.t", payload })).toEqual({});
  });

  it.each(["event_proposed", "venue_proposed"])("is set aside when %s breaks its contract", (transition) => {
    const subject = `evt.events.v1.${transition}.x`;
    for (const payload of [new Uint8Array(), new Uint8Array([255]), new Uint8Array([122, 0])])
      expect(() => eventChangeFrom({ subject, payload })).toThrow(PoisonEvent);
  });
});
