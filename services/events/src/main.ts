import { EventDirectoryService } from "@ticketing/proto/events/internal/v1/event_directory_service";
import { EventService } from "@ticketing/proto/events/v1/event_service";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { runProcess } from "@ticketing/runtime/serving/run-process";
import { config as readConfig } from "./config.ts";
import { eventAggregate } from "./event-aggregate.ts";
import { createEventDirectoryService } from "./event-directory-service.ts";
import { createEventService } from "./event-service.ts";
import { createMergeLock } from "./merge-lock.ts";
import { createProposalLimit } from "./proposal-limit.ts";
import { venueAggregate } from "./venue-aggregate.ts";

const config = readConfig();

await runProcess("events", config, async ({ database, events: broker, log }) => {
  const { db } = await database(config.MONGODB_URI);
  const venues = await venueAggregate.open({ db, events: broker, log });
  const events = await eventAggregate.open({ db, events: broker, log });
  const proposalLimit = await createProposalLimit(db);
  const mergeLock = createMergeLock(db, clock);
  const eventService = createEventService({ venues, events, mergeLock, proposalLimit, clock });
  const eventDirectoryService = createEventDirectoryService({ venues, events, clock });
  return {
    publicRoutes: (router) => router.service(EventService, eventService),
    internalRoutes: (router) => router.service(EventDirectoryService, eventDirectoryService),
    relays: [venues.relay, events.relay],
  };
});
