import { create, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { TicketEventSchema } from "@ticketing/proto/tickets/v1/ticket_events";
import type { IncomingEvent, WatchOptions } from "@ticketing/runtime/events/events";
import { silent } from "@ticketing/runtime/testing/service";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { feedListings } from "./feed-listings.ts";
import type { Listing } from "./listing.ts";
import { createListingFeed } from "./listing-feed.ts";
import { createListingStore, type ListingStore } from "./listing-store.ts";
import { heardListing, listingFrom, onTicketEvent } from "./on-ticket-event.ts";
import { watchTickets } from "./watch-tickets.ts";

const ID = "0198c5f2-0000-7000-8000-000000000001";
const HOUR = 3_600_000;
let database: Awaited<ReturnType<typeof openSpecDatabase>>;
let store: ListingStore;

beforeAll(async () => {
  database = await openSpecDatabase();
  store = await createListingStore(database.db);
});
afterAll(() => database?.close());

const { AVAILABLE, SOLD } = TicketStatus;
const event = (version: number, storedStatus: TicketStatus) => ({
  payload: toBinary(
    TicketEventSchema,
    create(TicketEventSchema, {
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
  ),
});

/** Watches, and gives what was heard until the watch has been silent for a heartbeat. */
async function hear(feed: ReturnType<typeof createListingFeed>, happen: () => Promise<void>) {
  const over = new AbortController();
  const heard: Pick<Listing, "version" | "storedStatus">[] = [];
  let happened = false;
  for await (const listing of watchTickets({ store, feed, heartbeatMs: 30 }, [ID], over.signal)) {
    if (listing) heard.push({ version: listing.version, storedStatus: listing.storedStatus });
    else if (happened) over.abort();
    if (listing || happened) continue;
    await happen();
    happened = true;
  }
  return heard;
}

describe("a watcher", () => {
  let time = 0;
  const feed = createListingFeed(() => new Date(time));
  const project = () => onTicketEvent(store, feed.publish);

  it("is never told of a state that the store refused as old, however long ago the newer one came", async () => {
    const apply = project();
    await apply(event(2, AVAILABLE));
    const heard = await hear(feed, async () => {
      await apply(event(3, SOLD));
      // What the feed remembers is forgotten by now, and an event comes again.
      time += HOUR;
      await apply(event(1, AVAILABLE));
    });
    expect(heard).toEqual([
      { version: 2, storedStatus: AVAILABLE },
      { version: 3, storedStatus: SOLD },
    ]);
  });

  it("does not go back when the stream itself brings old states after newer ones", async () => {
    const heard = await hear(feed, async () => {
      feed.publish(listingFrom(event(5, SOLD).payload));
      time += HOUR;
      // Another listing makes the feed forget those of an hour ago.
      feed.publish({ ...listingFrom(event(1, AVAILABLE).payload), _id: "another" });
      feed.publish(listingFrom(event(4, AVAILABLE).payload));
    });
    expect(heard.map(({ version }) => version)).toEqual([3, 5]);
  });

  it("who comes again after an old state was remembered gets the newest that the store has", async () => {
    feed.publish(listingFrom(event(1, AVAILABLE).payload));
    await project()(event(6, SOLD));
    const heard = await hear(feed, async () => undefined);
    expect(heard).toEqual([{ version: 6, storedStatus: SOLD }]);
  });
});

describe("who begins to watch", () => {
  it("is told what the stream brought before and the projection does not show yet", async () => {
    const feed = createListingFeed(() => new Date(0));
    const { payload } = event(7, SOLD);
    const read = () => ({ id: `${ID}:7`, payload }) as IncomingEvent;
    feed.hear(heardListing({ documentId: ID, version: () => 7, read }));
    const heard = await hear(feed, async () => undefined);
    expect(heard).toEqual([{ version: 7, storedStatus: SOLD }]);
  });
});

describe("a watcher whose stream lost events", () => {
  it("is told what another replica projected of them", async () => {
    const feed = createListingFeed(() => new Date(0));
    let gap: () => unknown = () => undefined;
    const events = {
      async watch({ onGap }: WatchOptions) {
        gap = onGap ?? gap;
      },
    };
    const fed = await feedListings({ feed, store, events, log: silent });
    const versions = (await store.findByIds([ID])).map(({ version }) => version);
    const heard = await hear(feed, async () => {
      await onTicketEvent(store, () => undefined)(event(8, SOLD));
      await gap();
    });
    await fed.stop();
    expect(heard.map(({ version }) => version)).toEqual([...versions, 8]);
  });
});

describe("the store's projections", () => {
  it("announce only what was new to them", async () => {
    const announced: number[] = [];
    const apply = onTicketEvent(store, ({ version }) => announced.push(version));
    for (const version of [9, 8, 9, 10]) await apply(event(version, SOLD));
    expect(announced).toEqual([9, 10]);
  });

  it("say of each state whether it was new", async () => {
    const listing = { ...listingFrom(event(2, SOLD).payload), _id: "order" };
    const of = (version: number) => store.applyListing({ ...listing, version });
    expect(await of(2)).toBe(true);
    expect(await of(2)).toBe(false);
    expect(await of(1)).toBe(false);
    expect(await of(3)).toBe(true);
  });
});
