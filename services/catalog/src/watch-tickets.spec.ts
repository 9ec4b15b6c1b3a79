import { create, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { TicketEventSchema } from "@ticketing/proto/tickets/v1/ticket_events";
import { PoisonEvent } from "@ticketing/runtime/events/events";
import { listingFrom, sellerFrom } from "./follow-streams.ts";
import { createListingFeed, type ListingFeed } from "./listing-feed.ts";
import { openProjection, type Projection } from "./projection/projection.ts";
import { createSearch, type Search } from "./search/search.ts";
import { watchTickets } from "./watch-tickets.ts";

const ID = "0198c5f2-0000-7000-8000-000000000001";
const HOUR = 3_600_000;
const { AVAILABLE, SOLD } = TicketStatus;
let projection: Projection;
let search: Search;
let feed: ListingFeed;

beforeEach(() => {
  const clock = () => new Date(0);
  projection = openProjection(":memory:", { clock, onChange: (ids) => feed.changed(ids) });
  search = createSearch(projection);
  feed = createListingFeed(search.findByIds);
});
afterEach(() => projection.close());

const event = (version: number, storedStatus: TicketStatus) =>
  toBinary(
    TicketEventSchema,
    create(TicketEventSchema, {
      id: ID,
      state: {
        id: ID,
        version: BigInt(version),
        title: "Watched",
        event: { title: "Event", venue: "Venue", city: "City", startTime: timestampFromMs(HOUR) },
        price: { minorUnits: 100n, currency: "USD" },
        storedStatus,
        createTime: timestampFromMs(0),
        updateTime: timestampFromMs(0),
      },
    }),
  );
const apply = (version: number, status: TicketStatus) =>
  projection.apply({ listings: [listingFrom(event(version, status))] });

/** Watches, and gives what was heard until the watch has been silent for a heartbeat. */
async function hear(happen: () => void) {
  const over = new AbortController();
  const heard: [version: number, status: TicketStatus][] = [];
  let happened = false;
  const watched = watchTickets({ read: search.findByIds, feed, heartbeatMs: 30 }, [ID], over.signal);
  for await (const listing of watched) {
    if (listing) heard.push([listing.version, listing.storedStatus]);
    else if (happened) over.abort();
    if (listing || happened) continue;
    happen();
    happened = true;
  }
  return heard;
}

describe("a watcher", () => {
  it("is told what is, and each newer state, and never goes back", async () => {
    apply(2, AVAILABLE);
    const heard = await hear(() => {
      apply(3, SOLD);
      apply(1, AVAILABLE);
    });
    expect(heard).toEqual([
      [2, AVAILABLE],
      [3, SOLD],
    ]);
  });

  it("of what is not listed yet is told when it is", async () => {
    expect(await hear(() => apply(1, AVAILABLE))).toEqual([[1, AVAILABLE]]);
  });
});

describe("an event that breaks its contract", () => {
  it.each([new Uint8Array([0xff]), new Uint8Array()])("is poison: %#", (payload) => {
    expect(() => listingFrom(payload)).toThrow(PoisonEvent);
    expect(() => sellerFrom(payload)).toThrow(PoisonEvent);
  });
});
