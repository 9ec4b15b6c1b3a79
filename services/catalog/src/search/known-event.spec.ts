import { describe, expect, it } from "@jest/globals";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
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
