import { TicketLockService } from "@ticketing/proto/tickets/v1/ticket_lock_service";
import { TicketService } from "@ticketing/proto/tickets/v1/ticket_service";
import { openDatabase } from "@ticketing/runtime/documents/database";
import { createEvents } from "@ticketing/runtime/events/events";
import { systemClock } from "@ticketing/runtime/process/clock";
import { createLogger } from "@ticketing/runtime/process/log";
import { startTelemetry } from "@ticketing/runtime/process/telemetry";
import { openTransportSecurity } from "@ticketing/runtime/process/transport-security";
import { serve } from "@ticketing/runtime/serving/serve";
import { createBuyerLockStore } from "./buyer-lock-store.ts";
import { config as readConfig } from "./config.ts";
import { ticketAggregate } from "./ticket-aggregate.ts";
import { createTicketLockService } from "./ticket-lock-service.ts";
import { createTicketService } from "./ticket-service.ts";

const config = readConfig();
startTelemetry("tickets", config.OTEL_EXPORTER_OTLP_ENDPOINT);
const log = createLogger("tickets", config.LOG_LEVEL);
const security = await openTransportSecurity(config.TLS_DIR, log);

const database = await openDatabase(config.MONGODB_URI, log, security);
const events = await createEvents({
  natsUrl: config.NATS_URL,
  replicas: config.EVENT_REPLICAS,
  name: "tickets",
  log,
  security,
});
const tickets = await ticketAggregate.open({ db: database.db, events, log });

const ticketService = createTicketService({ tickets, clock: systemClock });
const ticketLockService = createTicketLockService({
  tickets,
  buyers: await createBuyerLockStore(database.db),
  policy: {
    durationMs: config.LOCK_DURATION,
    relockWaitMs: config.RELOCK_WAIT,
    limit: config.LOCK_LIMIT,
    lapseLimit: config.LAPSE_LIMIT,
    lapseWindowMs: config.LAPSE_WINDOW,
    cooldownMs: config.LOCK_COOLDOWN,
  },
  clock: systemClock,
});

tickets.relay.start();
await serve({
  name: "tickets",
  config,
  log,
  security,
  publicRoutes: (router) => router.service(TicketService, ticketService),
  internalRoutes: (router) => router.service(TicketLockService, ticketLockService),
  needs: { database: database.ping },
  events,
  close: [tickets.relay.stop, events.close, database.close],
});
