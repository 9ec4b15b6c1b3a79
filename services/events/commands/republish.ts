import { republish } from "@ticketing/runtime/serving/republish";
import { eventAggregate } from "../src/event-aggregate.ts";
import { venueAggregate } from "../src/venue-aggregate.ts";

await republish(venueAggregate);
await republish(eventAggregate);
