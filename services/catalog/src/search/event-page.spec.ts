import { describe, expect, it } from "@jest/globals";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import fc from "fast-check";
import type { ListingState } from "../projection/listing-state.ts";
import { eventId } from "../projection/placing.ts";
import { openProjection } from "../projection/projection.ts";
import { createSearch } from "./search.ts";

const begin = Date.UTC(2030, 0, 1);
const hour = 3_600_000;
const event = { title: "Jazz Night", venue: "Hall", city: "Oslo", start: begin + 2 * hour };
const id = eventId(event);

const state = (draft: Partial<ListingState> = {}): ListingState => ({
  ...{ id: "t1", version: 1, sellerId: "s", sellerName: "Seller", title: "Jazz Night", category: 1 },
  ...{ eventTitle: event.title, venue: event.venue, city: event.city, start: event.start },
  seat: { section: "", row: "", number: "" },
  price: { minorUnits: 500, currency: "EUR" },
  storedStatus: TicketStatus.AVAILABLE,
  instant: false,
  ...{ heldUntil: null, created: begin, updated: begin },
  ...draft,
});

function open() {
  const time = { now: begin };
  const projection = openProjection(":memory:", { clock: () => new Date(time.now) });
  return { time, projection, search: createSearch(projection) };
}

const draft = fc
  .record({
    minorUnits: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 10_000_000 })),
    currency: fc.constantFrom("EUR", "USD"),
    section: fc.constantFrom("", "Stalls", "Balcony"),
    heldUntil: fc.constantFrom(null, null, begin + hour, begin + 3 * hour),
    storedStatus: fc.constantFrom(TicketStatus.AVAILABLE, TicketStatus.AVAILABLE, TicketStatus.SOLD),
  })
  .map(({ minorUnits, currency, section, ...rest }) =>
    state({ ...rest, price: { minorUnits, currency }, seat: { section, row: "", number: "" } }),
  );

const cheapestOf = (free: readonly ListingState[]) =>
  [...Map.groupBy(free, ({ price }) => price.currency)]
    .map(([currency, of]) => ({
      currency,
      minorUnits: Math.min(...of.map(({ price }) => price.minorUnits)),
    }))
    .sort((a, b) => (a.currency < b.currency ? -1 : 1));

describe("an event's page", () => {
  it("has the sections, prices and first end of a lock that plain code counts", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(draft, { minLength: 1, maxLength: 60 }),
        fc.constantFrom(0, hour, 2 * hour),
        async (drafts, later) => {
          const { time, projection, search } = open();
          const listings = drafts.map((each, n) => ({ ...each, id: `t${n}` }));
          projection.apply({ listings });
          time.now += later;
          const forSale = listings.filter(
            ({ storedStatus, start }) => storedStatus === TicketStatus.AVAILABLE && start > time.now,
          );
          const free = forSale.filter(({ heldUntil }) => heldUntil === null || heldUntil <= time.now);
          const page = await search.describeEvent(id);
          expect(page?.row).toMatchObject({ _id: id, available: free.length, cheapest: cheapestOf(free) });
          const ends = forSale.map(({ heldUntil }) => Number(heldUntil));
          const firstEnd = free.length > 0 || ends.length === 0 ? undefined : Math.min(...ends);
          expect(page?.row.firstLockEnd?.getTime()).toBe(firstEnd);
          const sections = [...Map.groupBy(free, ({ seat }) => seat.section)]
            .map(([section, of]) => ({ section, available: of.length, cheapest: cheapestOf(of) }))
            .sort((a, b) => (a.section < b.section ? -1 : 1));
          expect(page?.sections).toEqual(sections);
          expect(page?.histograms.map(({ currency }) => currency)).toEqual(
            cheapestOf(free).map(({ currency }) => currency),
          );
          for (const { currency, bands } of page?.histograms ?? []) {
            const prices = free
              .filter(({ price }) => price.currency === currency)
              .map(({ price }) => price.minorUnits);
            expect(bands.length).toBeLessThanOrEqual(12);
            for (const [n, { from, below, available }] of bands.entries()) {
              expect(below).toBe(bands[n + 1]?.from ?? below);
              expect(available).toBe(prices.filter((price) => price >= from && price < below).length);
            }
            expect(bands.reduce((sum, { available }) => sum + available, 0)).toBe(prices.length);
            expect(bands.at(0)?.available).toBeGreaterThan(0);
            expect(bands.at(-1)?.available).toBeGreaterThan(0);
          }
          projection.close();
        },
      ),
      { numRuns: 150 },
    );
  });

  it("is there for an event of which everything is sold or over, and for no event that is not known", async () => {
    const { time, projection, search } = open();
    projection.apply({ listings: [state({ storedStatus: TicketStatus.SOLD })] });
    const nothing = { histograms: [], sections: [], hasMoreSections: false };
    const row = { _id: id, available: 0, cheapest: [], firstLockEnd: null, event: { title: "Jazz Night" } };
    expect(await search.describeEvent(id)).toMatchObject({ ...nothing, row });
    projection.apply({ listings: [state({ version: 2 })] });
    time.now = event.start;
    expect(await search.describeEvent(id)).toMatchObject({ ...nothing, row });
    expect(await search.describeEvent("other")).toBeUndefined();
    projection.close();
  });

  it("has the first hundred sections by name, whole, and says that there are more", async () => {
    const { projection, search } = open();
    const inSection = (n: number, currency: string) =>
      state({
        ...{ id: `t${n}${currency}`, price: { minorUnits: 500, currency } },
        seat: { section: String(n).padStart(3, "0"), row: "", number: "" },
      });
    const listings = Array.from({ length: 101 }, (_, n) => [inSection(n, "EUR"), inSection(n, "USD")]).flat();
    projection.apply({ listings: listings.slice(0, 200) });
    expect(await search.describeEvent(id)).toMatchObject({ hasMoreSections: false });
    projection.apply({ listings });
    const page = await search.describeEvent(id);
    expect(page?.hasMoreSections).toBe(true);
    expect(page?.sections).toHaveLength(100);
    expect(page?.sections.at(-1)).toMatchObject({ section: "099", available: 2 });
    projection.close();
  });
});
