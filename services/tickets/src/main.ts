import { EventDirectoryService } from "@ticketing/proto/events/internal/v1/event_directory_service";
import { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { TicketService } from "@ticketing/proto/tickets/v1/ticket_service";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { createRateLimit } from "@ticketing/runtime/process/rate-limit";
import { runProcess } from "@ticketing/runtime/serving/run-process";
import { createBuyerLockStore } from "./buyer-lock-store.ts";
import { config as readConfig } from "./config.ts";
import { createEventDirectory } from "./event-directory.ts";
import { createEventRoom } from "./event-room.ts";
import { findMissingEvents } from "./find-missing-events.ts";
import { followEvents } from "./follow-events.ts";
import { followFiles } from "./follow-files.ts";
import { followUsers } from "./follow-users.ts";
import { createEventSettling } from "./settle-events.ts";
import { ticketAggregate } from "./ticket-aggregate.ts";
import { createTicketLockService } from "./ticket-lock-service.ts";
import { createTicketService } from "./ticket-service.ts";

const config = readConfig();

await runProcess("tickets", config, async ({ database, events, log, callee }) => {
  const { db } = await database(config.MONGODB_URI);
  const directory = createEventDirectory(
    await callee(EventDirectoryService, "events", config.EVENTS_ADDRESS),
  );
  const tickets = await ticketAggregate.open({ db, events, log });
  const settling = createEventSettling({ tickets, directory, clock });
  const room = createEventRoom({ events, log });
  const listingLimit = createRateLimit({ count: config.LISTING_LIMIT, windowMs: 3_600_000 }, clock);
  const fees = config.FEES;
  const buyers = await createBuyerLockStore(db);
  const ticketService = createTicketService({
    ...{ tickets, directory, settling, room, buyers, listingLimit, fees, clock, log },
  });
  const ticketLockService = createTicketLockService({
    tickets,
    directory,
    settling,
    buyers,
    policy: {
      durationMs: config.LOCK_DURATION,
      relockWaitMs: config.RELOCK_WAIT,
      limit: config.LOCK_LIMIT,
      lapseLimit: config.LAPSE_LIMIT,
      lapseWindowMs: config.LAPSE_WINDOW,
      cooldownMs: config.LOCK_COOLDOWN,
    },
    fees,
    room,
    clock,
  });
  followEvents({ tickets, directory, clock }, events);
  followUsers({ tickets, buyers, clock }, events);
  followFiles({ tickets, clock }, events);
  const stopFinding = findMissingEvents({ tickets, directory, settling, clock, log });
  return {
    publicRoutes: (router) => router.service(TicketService, ticketService),
    internalRoutes: (router) => router.service(TicketLockService, ticketLockService),
    relays: [tickets.relay],
    close: [stopFinding],
  };
});
