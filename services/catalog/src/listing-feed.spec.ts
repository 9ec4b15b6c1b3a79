import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { statusAt } from "./listing.ts";
import { createListingFeed, type ListingFeed } from "./listing-feed.ts";
import type { ListingState } from "./projection/listing-state.ts";
import { openProjection, type Projection } from "./projection/projection.ts";
import { createSearch } from "./search/search.ts";

const minute = 60_000;
const begin = Date.UTC(2030, 0, 1);
const { AVAILABLE, LOCKED, EXPIRED, SOLD } = TicketStatus;
let now: number;
let reads: number;
let projection: Projection;
let feed: ListingFeed;

beforeEach(() => {
  [now, reads] = [begin, 0];
  projection = openProjection(":memory:", {
    clock: () => new Date(now),
    onChange: (ids) => feed.changed(ids),
  });
  const search = createSearch(projection);
  feed = createListingFeed((ids) => {
    reads++;
    return search.findByIds(ids);
  });
});
afterEach(() => projection.close());

const state = (version: number, startsIn: number, changes: Partial<ListingState> = {}): ListingState => ({
  ...{ id: "t", version, sellerId: "s", sellerName: "Seller", title: "Jazz", category: 1 },
  ...{ eventTitle: "Jazz", venue: "Hall", city: "Oslo", start: begin + startsIn },
  seat: { section: "", row: "", number: "" },
  price: { minorUnits: 1, currency: "USD" },
  storedStatus: AVAILABLE,
  instant: false,
  ...{ heldUntil: null, created: begin, updated: begin },
  ...changes,
});
const publish = (...listings: ListingState[]) => projection.apply({ listings });

function passTo(minutes: number): void {
  for (; now < begin + minutes * minute; now += minute) projection.passTime();
  projection.passTime();
}

/** What a watcher is told from now on: when, in minutes after the beginning, and what the ticket is then. */
function watch(): [minutes: number, status: TicketStatus][] {
  const told: [number, TicketStatus][] = [];
  feed.subscribe(["t"], (heard) => {
    told.push([Math.floor((now - begin) / minute), statusAt(heard, new Date(now))]);
  });
  return told;
}

describe("a live view", () => {
  it("tells of a lock's end and of the event's start, when nothing happens but that time passes", () => {
    const told = watch();
    publish(state(1, 60 * minute, { heldUntil: begin + 15 * minute }));
    passTo(120);
    expect(told).toEqual([
      [0, LOCKED],
      [15, AVAILABLE],
      [60, EXPIRED],
    ]);
  });

  it("tells of a start that comes before the lock's end", () => {
    const told = watch();
    publish(state(1, 15 * minute, { heldUntil: begin + 20 * minute }));
    passTo(60);
    expect(told).toEqual([
      [0, LOCKED],
      [15, EXPIRED],
    ]);
  });

  it("tells of no ticket to buy where the event was cancelled under a lock that ends", () => {
    const told = watch();
    const known = { id: "e", timeZone: "Europe/Oslo", cancelled: true, formerStart: null };
    publish(state(1, 60 * minute, { heldUntil: begin + 15 * minute, known }));
    passTo(30);
    expect(told).toEqual([
      [0, LOCKED],
      [15, TicketStatus.WITHDRAWN],
    ]);
  });

  it("waits for the new start when the event is put off, and for none when the ticket is sold", () => {
    const told = watch();
    publish(state(1, 10 * minute));
    publish(state(2, 30 * minute));
    passTo(20);
    publish(state(3, 30 * minute, { storedStatus: SOLD }));
    passTo(60);
    expect(told).toEqual([
      [0, AVAILABLE],
      [0, AVAILABLE],
      [20, SOLD],
    ]);
  });

  it("tells nothing of a state that is not newer, and nothing to who has left", () => {
    const told: number[] = [];
    const leave = feed.subscribe(["t"], ({ version }) => told.push(version));
    for (const version of [2, 1, 2, 3]) publish(state(version, minute));
    leave();
    publish(state(4, minute));
    expect(told).toEqual([2, 3]);
  });
});

describe("a replica that follows every ticket", () => {
  it("reads nothing of what nobody watches, however many watch others", () => {
    for (let n = 0; n < 5_000; n++) feed.subscribe([`watched ${n}`], () => undefined);
    publish(...Array.from({ length: 200 }, (_, n) => state(1, minute, { id: `unwatched ${n}` })));
    expect(reads).toBe(0);
    publish(state(1, minute, { id: "watched 7" }));
    expect(reads).toBe(1);
  });

  it("reads once what thousands watch", () => {
    let told = 0;
    for (let n = 0; n < 5_000; n++) feed.subscribe(["t"], () => void told++);
    publish(state(1, minute));
    expect([reads, told]).toEqual([1, 5_000]);
  });
});
