import { listingFrom } from "@ticketing/catalog/follow-streams";
import { createListingFeed } from "@ticketing/catalog/listing-feed";
import type { ListingState } from "@ticketing/catalog/projection/listing-state";
import { openProjection } from "@ticketing/catalog/projection/projection";
import { createSearch } from "@ticketing/catalog/search/search";
import { createEvents } from "@ticketing/runtime/events/events";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { silent } from "@ticketing/runtime/testing/service";

/** A replica's feed of live listings with watchers of so many tickets, one each. Tells its parent when it hears. */
const [, , natsUrl = "", stream = "", subject = "", watchers = "0"] = process.argv;
const events = await createEvents({ natsUrl, name: "bench", log: silent });
const projection = openProjection(":memory:", { clock, onChange: (ids) => feed.changed(ids) });
const feed = createListingFeed(createSearch(projection).findByIds);
for (let n = 0; n < Number(watchers); n++) feed.subscribe([`${n}`], () => undefined);
const following = events.follow<ListingState>({
  stream,
  filter: subject,
  name: "bench",
  position: () => projection.positionOf(stream),
  decode: ({ payload }) => listingFrom(payload),
  apply: (listings, position) =>
    projection.apply({ listings, position: position && { ...position, stream } }),
  reset: () => projection.reset("TICKETS"),
});
while (
  !(await following.requireCaughtUp().then(
    () => true,
    () => false,
  ))
)
  await new Promise((resolve) => setTimeout(resolve, 50));
process.send?.({});
