import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { TicketStateSchema } from "@ticketing/proto/tickets/v1/ticket_events";
import { type Listing, listingOf, statusAt } from "./listing.ts";
import { createListingFeed, type ListingFeed } from "./listing-feed.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const begin = Date.UTC(2030, 0, 1);
const { AVAILABLE, LOCKED, EXPIRED, SOLD } = TicketStatus;
let feed: ListingFeed;

beforeEach(() => {
  jest.useFakeTimers({ now: begin });
  feed = createListingFeed(() => new Date());
});
afterEach(() => {
  feed.close();
  jest.useRealTimers();
});

function listing(version: number, startsIn: number, lockEndsIn?: number, storedStatus = AVAILABLE): Listing {
  const after = (ms: number) => timestampFromDate(new Date(begin + ms));
  return listingOf(
    create(TicketStateSchema, {
      id: "t",
      title: "Jazz",
      event: { title: "Jazz", venue: "Hall", city: "Oslo", startTime: after(startsIn) },
      price: { minorUnits: 1n, currency: "USD" },
      storedStatus,
      ...(lockEndsIn !== undefined && { lockExpireTime: after(lockEndsIn) }),
      version: BigInt(version),
      createTime: after(0),
      updateTime: after(0),
    }),
  );
}

/** What a watcher is told from now on: when, in minutes after the beginning, and what the ticket is then. */
function watch(): [minutes: number, status: TicketStatus][] {
  const told: [number, TicketStatus][] = [];
  feed.subscribe(["t"], (heard) => {
    told.push([Math.floor((Date.now() - begin) / minute), statusAt(heard, new Date())]);
  });
  return told;
}

describe("a live view", () => {
  it("tells of a lock's end and of the event's start, when nothing happens but that time passes", () => {
    const told = watch();
    feed.publish(listing(1, 60 * minute, 15 * minute));
    jest.advanceTimersByTime(2 * 60 * minute);
    expect(told).toEqual([
      [0, LOCKED],
      [15, AVAILABLE],
      [60, EXPIRED],
    ]);
  });

  it("tells once when the lock ends as the event starts", () => {
    const told = watch();
    feed.publish(listing(1, 15 * minute, 15 * minute));
    jest.advanceTimersByTime(60 * minute);
    expect(told).toEqual([
      [0, LOCKED],
      [15, EXPIRED],
    ]);
  });

  it("waits for a start that is further away than a timer can be set", () => {
    const told = watch();
    feed.publish(listing(1, 100 * day));
    jest.advanceTimersByTime(99 * day);
    expect(told).toEqual([[0, AVAILABLE]]);
    jest.advanceTimersByTime(2 * day);
    expect(told).toEqual([
      [0, AVAILABLE],
      [100 * 24 * 60, EXPIRED],
    ]);
  });

  it("waits for the new start when the event is put off, and for none when the ticket is sold", () => {
    const told = watch();
    feed.publish(listing(1, 10 * minute));
    feed.publish(listing(2, 30 * minute));
    jest.advanceTimersByTime(20 * minute);
    feed.publish(listing(3, 30 * minute, undefined, SOLD));
    jest.advanceTimersByTime(60 * minute);
    expect(told).toEqual([
      [0, AVAILABLE],
      [0, AVAILABLE],
      [20, SOLD],
    ]);
  });

  it("begins to wait when somebody begins to watch, and stops with the last one", () => {
    feed.publish(listing(1, 10 * minute));
    expect(jest.getTimerCount()).toBe(0);
    const leave = feed.subscribe(["t"], () => undefined);
    expect(jest.getTimerCount()).toBe(1);
    leave();
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe("a replica that hears of every ticket", () => {
  let decoded = 0;
  beforeEach(() => {
    decoded = 0;
  });
  const heard = (id: string, version: number) => ({
    id,
    version,
    decode: () => {
      decoded++;
      return { ...listing(version, day), _id: id };
    },
  });
  const poison = {
    id: "t",
    version: 9,
    decode: () => {
      throw new Error("not an event");
    },
  };

  it("decodes nothing of what nobody watches, however many watch others", () => {
    for (let n = 0; n < 5_000; n++) feed.subscribe([`watched ${n}`], () => undefined);
    for (let n = 0; n < 200; n++) feed.hear(heard(`unwatched ${n}`, 1));
    expect(decoded).toBe(0);
    feed.hear(heard("watched 7", 1));
    expect(decoded).toBe(1);
  });

  it("decodes once what thousands watch", () => {
    let told = 0;
    for (let n = 0; n < 5_000; n++) feed.subscribe(["t"], () => void told++);
    feed.hear(heard("t", 1));
    expect([decoded, told]).toEqual([1, 5_000]);
  });

  it("decodes for who begins to watch the newest of what it heard, once", () => {
    for (const version of [1, 3, 2]) feed.hear(heard("t", version));
    feed.subscribe(["t"], () => undefined);
    expect([feed.recent("t")?.version, decoded]).toEqual([3, 1]);
  });

  it("does without an event that breaks its contract", () => {
    feed.hear(poison);
    const told = watch();
    expect(feed.recent("t")).toBeUndefined();
    expect(() => feed.hear(poison)).toThrow("not an event");
    feed.hear(heard("t", 1));
    expect(told).toEqual([[0, AVAILABLE]]);
  });
});
