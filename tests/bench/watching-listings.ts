import { create, toBinary } from "@bufbuild/protobuf";
import { listingFrom } from "@ticketing/catalog/follow-streams";
import { createListingFeed } from "@ticketing/catalog/listing-feed";
import { listingMessage } from "@ticketing/catalog/listing-message";
import type { ListingState } from "@ticketing/catalog/projection/listing-state";
import { openProjection } from "@ticketing/catalog/projection/projection";
import { createSearch } from "@ticketing/catalog/search/search";
import { watchTickets } from "@ticketing/catalog/watch-tickets";
import { CatalogTicketSchema } from "@ticketing/proto/catalog/v1/catalog_service";
import { createEvents } from "@ticketing/runtime/events/events";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { silent } from "@ticketing/runtime/testing/service";

/** A replica's feed of live listings with watchers of so many tickets, one each. Tells its parent when it hears. */
const [, , natsUrl = "", stream = "", subject = "", watchers = "0"] = process.argv;
const events = await createEvents({ natsUrl, name: "bench", log: silent });
const projection = openProjection(":memory:", { clock, onChange: (ids) => feed.changed(ids) });
const { findByIds: read } = createSearch(projection);
const feed = createListingFeed(read);

/** Heartbeats are sent whether anything changes or not: none comes while changes are measured. */
const heartbeatMs = 3_600_000;

/** As `WatchTickets` does, up to the bytes that it sends. */
async function watch(id: string): Promise<void> {
  const { signal } = new AbortController();
  for await (const listing of watchTickets({ read, feed, heartbeatMs }, [id], signal)) {
    if (listing) toBinary(CatalogTicketSchema, create(CatalogTicketSchema, listingMessage(listing, clock())));
  }
}

for (let n = 0; n < Number(watchers); n++) void watch(`${n}`);
const following = events.follow<ListingState>({
  stream,
  filter: subject,
  name: "bench",
  position: () => projection.positionOf(stream),
  decode: ({ payload }) => listingFrom(payload),
  apply: async (listings, position) =>
    projection.apply({ listings, position: position && { ...position, stream } }),
  reset: async () => projection.reset("TICKETS"),
});
while (
  !(await following.requireCaughtUp().then(
    () => true,
    () => false,
  ))
)
  await new Promise((resolve) => setTimeout(resolve, 50));
process.send?.({});
