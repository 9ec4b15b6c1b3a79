import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "@jest/globals";
import { TicketFilterSchema } from "@ticketing/proto/catalog/v1/catalog_service";
import { EventStatus } from "@ticketing/proto/events/v1/event";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import type { EventState } from "../projection/event-state.ts";
import type { KnownEvent, ListingState } from "../projection/listing-state.ts";
import { openProjection } from "../projection/projection.ts";
import { createSearch } from "./search.ts";

const begin = Date.UTC(2030, 0, 1);
const hour = 3_600_000;
const id = "0198c0de-0000-4000-8000-000000000001";
const known: KnownEvent = { id, timeZone: "Europe/Oslo", cancelled: false, formerStart: null };

const state = (draft: Partial<ListingState> = {}): ListingState => ({
  ...{ id: "t1", version: 1, sellerId: "s", sellerName: "Seller", title: "Jazz Night", category: 1 },
  ...{ eventTitle: "Jazz Night", venue: "Hall", city: "Oslo", start: begin + 2 * hour, known },
  seat: { section: "", row: "", number: "" },
  price: { minorUnits: 500, currency: "EUR" },
  storedStatus: TicketStatus.AVAILABLE,
  instant: false,
  ...{ heldUntil: null, created: begin, updated: begin },
  ...draft,
});

function open(...listings: ListingState[]) {
  const projection = openProjection(":memory:", { clock: () => new Date(begin) });
  projection.apply({ listings });
  return { projection, search: createSearch(projection) };
}
const all = { filter: undefined, after: undefined, limit: 10 };

describe("listings of a known event", () => {
  it("are together under its id, whatever their titles, apart from those of the same texts without one", async () => {
    const { known: _, ...unknown } = state({ id: "t3" });
    const { search } = open(state(), state({ id: "t2", title: "Front row!" }), unknown);
    const { rows } = await search.listEvents(all);
    expect(rows.map(({ _id, available }) => [_id === id, available]).sort()).toEqual([
      [false, 1],
      [true, 2],
    ]);
    expect(rows.find(({ _id }) => _id === id)?.event).toMatchObject({ eventId: id, timeZone: "Europe/Oslo" });
    expect(rows.find(({ _id }) => _id !== id)?.event.eventId).toBeUndefined();
  });

  it("say when it was to begin and that it is cancelled", () => {
    const { search } = open(
      state({ known: { ...known, formerStart: begin + hour } }),
      state({ id: "t2", storedStatus: TicketStatus.WITHDRAWN, known: { ...known, cancelled: true } }),
    );
    expect(search.findByIds(["t2"])[0]?.event).toMatchObject({ cancelled: true, eventId: id });
    expect(search.findByIds(["t1"])[0]?.event.formerStartTime).toEqual(new Date(begin + hour));
  });

  it("follow its move one by one: its page is that of the new start as soon as one has come", async () => {
    const moved = { start: begin + 9 * hour, known: { ...known, formerStart: begin + 2 * hour } };
    const { projection, search } = open(state(), state({ id: "t2" }));
    projection.apply({ listings: [state({ version: 2, ...moved })] });
    expect((await search.describeEvent(id))?.row).toMatchObject({ available: 1 });
    projection.apply({ listings: [state({ id: "t2", version: 2, ...moved })] });
    const page = await search.describeEvent(id);
    expect(page?.row).toMatchObject({ available: 2, event: { startTime: new Date(begin + 9 * hour) } });
    const { rows } = await search.listEvents(all);
    expect(rows.map(({ _id, available }) => [_id, available])).toEqual([[id, 2]]);
  });
});

const event = (draft: Partial<EventState> = {}): EventState => ({
  ...{ id, version: 1, title: "Jazz Night", aliases: [], category: 4, venueId: "v" },
  ...{ venue: "Hall", city: "Oslo", country: "NO", timeZone: "Europe/Oslo" },
  ...{ start: begin + 2 * hour, end: begin + 3 * hour, status: EventStatus.SCHEDULED, mergedInto: "" },
  ...{ created: begin, updated: begin },
  ...draft,
});

describe("the page of a known event", () => {
  const other = "0198c0de-0000-4000-8000-000000000002";
  const nothing = { histograms: [], sections: [], hasMoreSections: false };

  it("is there before a ticket is listed, and when it is cancelled", async () => {
    const { projection, search } = open();
    projection.apply({ events: [event()] });
    const told = { title: "Jazz Night", venue: "Hall", city: "Oslo", timeZone: "Europe/Oslo", eventId: id };
    const row = { _id: id, category: 4, available: 0, cheapest: [], firstLockEnd: null };
    expect(await search.describeEvent(id)).toEqual({
      ...nothing,
      row: { ...row, event: { ...told, startTime: new Date(begin + 2 * hour), cancelled: false } },
    });
    projection.apply({ events: [event({ version: 2, status: EventStatus.CANCELLED })] });
    expect((await search.describeEvent(id))?.row.event).toMatchObject({ cancelled: true });
  });

  it("has the start that holds once nothing of it is for sale, wherever it was moved to", async () => {
    const { projection, search } = open(state());
    const former = { known: { ...known, formerStart: begin + 2 * hour } };
    const sold = { ...former, version: 2, start: begin + hour, storedStatus: TicketStatus.SOLD as const };
    projection.apply({ events: [event({ version: 2, start: begin + hour })], listings: [state(sold)] });
    expect((await search.describeEvent(id))?.row.event).toMatchObject({
      startTime: new Date(begin + hour),
      formerStartTime: new Date(begin + 2 * hour),
    });
  });

  it("is that of the event that holds in its place, with its tickets", async () => {
    const { projection, search } = open();
    const merged = event({ id: other, version: 2, mergedInto: id });
    projection.apply({ events: [event(), merged] });
    expect(await search.describeEvent(other)).toMatchObject({ ...nothing, row: { _id: id } });
    projection.apply({ listings: [state({ id: "t2", known: { ...known, id: other } })] });
    const filter = create(TicketFilterSchema, { eventId: other });
    const found = async () => (await search.listEvents({ ...all, filter })).rows.map(({ _id }) => _id);
    expect(await found()).toEqual([other]);
    expect((await search.describeEvent(other))?.row).toMatchObject({ _id: other, available: 1 });
    projection.apply({ listings: [state({ id: "t2", version: 2 }), state()] });
    expect(await found()).toEqual([id]);
    expect((await search.describeEvent(other))?.row).toMatchObject({ _id: id, available: 2 });
  });
});
