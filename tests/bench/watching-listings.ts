import { createListingFeed } from "@ticketing/catalog/listing-feed";
import { heardListing } from "@ticketing/catalog/on-ticket-event";
import { createEvents } from "@ticketing/runtime/events/events";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { silent } from "@ticketing/runtime/testing/service";

/** A replica's feed of live listings with watchers of so many tickets, one each. Tells its parent when it hears. */
const [, , natsUrl = "", stream = "", subject = "", watchers = "0"] = process.argv;
const events = await createEvents({ natsUrl, name: "bench", log: silent });
const feed = createListingFeed(clock);
for (let n = 0; n < Number(watchers); n++) feed.subscribe([`${n}`], () => undefined);
await events.watch({ stream, filter: subject, handle: (event) => feed.hear(heardListing(event)) });
process.send?.({});
