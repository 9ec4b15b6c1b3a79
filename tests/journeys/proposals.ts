import { randomUUID } from "node:crypto";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "@jest/globals";
import type { Person } from "../support/clients.ts";
import { refusal } from "../support/people.ts";
import { newEvent } from "../support/stories.ts";
import { eventually } from "../support/test-mesh.ts";

/** What must hold of events that people propose; `stage` is asked when the tests run. */
export function proposalJourneys(
  stage: () => { seller: Person; stranger: Person },
  operator: () => Promise<Person>,
): void {
  /** A venue whose clocks are those of New York. */
  async function proposeVenue() {
    const request = { requestId: randomUUID(), name: `Hall ${randomUUID()}`, city: "New York" };
    const { venue } = await stage().seller.events.proposeVenue(request);
    if (!venue) throw new Error("no venue");
    return venue;
  }
  const local = (value: string) => ({ start: { case: "localTime" as const, value } });

  describe("an event", () => {
    it("is proposed once at its venue's time, and read by everybody", async () => {
      const { seller, stranger } = stage();
      const venue = await proposeVenue();
      expect(venue).toMatchObject({ city: "New York", country: "US", timeZone: "America/New_York" });
      const request = { ...newEvent(venue.id), start: local("2030-06-01T20:00") };
      const { event } = await seller.events.proposeEvent(request);
      expect(event).toMatchObject({
        timeZone: "America/New_York",
        startTime: timestampFromDate(new Date("2030-06-02T00:00:00Z")),
      });
      const again = { ...request, requestId: randomUUID(), title: "HAMLET" };
      for (const [person, asked] of [
        [seller, request],
        [stranger, again],
      ] as const)
        expect((await person.events.proposeEvent(asked)).event).toEqual(event);
      expect((await stranger.events.getEvent({ eventId: event?.id ?? "" })).event).toEqual(event);
    });

    it("that turns out to be another leads to it", async () => {
      const { seller, stranger } = stage();
      const { id } = await proposeVenue();
      const { event: kept } = await seller.events.proposeEvent(newEvent(id));
      const similar = newEvent(id, "Hamlet – Royal Shakespeare Company");
      const asked = await refusal(stranger.events.proposeEvent(similar));
      expect(asked).toMatchObject({ reason: "EVENT_EXISTS", metadata: { eventId: kept?.id } });
      const differentFrom = [asked.metadata.eventId ?? ""];
      const { event: twin } = await stranger.events.proposeEvent({ ...similar, differentFrom });
      const merge = { eventId: twin?.id ?? "", intoEventId: kept?.id ?? "", reason: "the same play" };
      expect(await refusal(seller.events.mergeEvents(merge))).toMatchObject({ reason: "ROLE_REQUIRED" });
      await (await operator()).events.mergeEvents(merge);
      const { event } = await stranger.events.getEvent({ eventId: twin?.id ?? "" });
      expect(event).toMatchObject({ id: kept?.id, title: "Hamlet", aliases: [similar.title] });
    });

    it("is suggested to who types, mistakes and all, and so is its venue, until it is cancelled", async () => {
      const { seller, stranger } = stage();
      const venue = await proposeVenue();
      const name = randomUUID().slice(0, 8);
      const { event } = await seller.events.proposeEvent(newEvent(venue.id, `Zauberflöte ${name}`));
      const suggested = async () =>
        (await stranger.catalog.suggestEvents({ query: `zaubreflote ${name}` })).events;
      expect(await eventually(async () => (await suggested())[0])).toEqual(event);
      const { venues } = await stranger.catalog.suggestEvents({ query: venue.name, city: "new york" });
      expect(venues[0]).toEqual(venue);
      const { id = "", version = 0n } = event ?? {};
      await (await operator()).events.cancelEvent({ eventId: id, version, reason: "it does not take place" });
      await eventually(async () => (await suggested()).length === 0 || undefined);
    });

    it("at a time that the venue's clocks skip or show twice is asked about", async () => {
      const { seller } = stage();
      const request = newEvent((await proposeVenue()).id);
      const reasonAt = (value: string) =>
        refusal(seller.events.proposeEvent({ ...request, start: local(value) }));
      expect(await reasonAt("2030-03-10T02:30")).toEqual({
        reason: "LOCAL_TIME_SKIPPED",
        metadata: { earlier: "2030-03-10T06:30:00.000Z", later: "2030-03-10T07:30:00.000Z" },
      });
      const twice = await reasonAt("2030-11-03T01:30");
      expect(twice).toEqual({
        reason: "LOCAL_TIME_REPEATED",
        metadata: { earlier: "2030-11-03T05:30:00.000Z", later: "2030-11-03T06:30:00.000Z" },
      });
      const meant = timestampFromDate(new Date(twice.metadata.later ?? ""));
      const { event } = await seller.events.proposeEvent({
        ...request,
        start: { start: { case: "time", value: meant } },
      });
      expect(event?.startTime).toEqual(meant);
    });
  });
}
