import { DeliveryLifecycleService } from "@ticketing/proto/deliveries/internal/v1/delivery_lifecycle_service";
import { DeliveryService } from "@ticketing/proto/deliveries/v1/delivery_service";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { createSealing } from "@ticketing/runtime/documents/sealed-text";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { createRateLimit } from "@ticketing/runtime/process/rate-limit";
import { runProcess } from "@ticketing/runtime/serving/run-process";
import { openBarcodes } from "./barcodes/barcodes.ts";
import { standingBy } from "./barcodes/standing.ts";
import { config as readConfig } from "./config.ts";
import { deliveryAggregate } from "./delivery-aggregate.ts";
import { createDeliveryLifecycleService } from "./delivery-lifecycle-service.ts";
import { createDeliveryService, UPLOAD_RATE } from "./delivery-service.ts";
import { openFiles } from "./files/open-files.ts";
import { followOrders } from "./follow-orders.ts";
import { answeringWithin } from "./issuer/answering-within.ts";
import { ANSWER_MS, askIssuerRepeatedly } from "./issuer/ask-issuer.ts";
import { createFakeIssuer } from "./issuer/fake-issuer.ts";
import { lookAfterTicketFiles, lookIfEnded } from "./look-after-ticket-files.ts";
import { ticketFileAggregate } from "./ticket-file-aggregate.ts";
import { watchAwaited } from "./watch-awaited.ts";

const config = readConfig();

await runProcess("deliveries", config, async ({ broker, database, events, log, callee }) => {
  const { db } = await database(config.MONGODB_URI);
  const orders = await callee(OrderLifecycleService, "orders", config.ORDERS_ADDRESS);
  const tickets = await callee(TicketLockService, "tickets", config.TICKETS_ADDRESS);
  const deliveries = await deliveryAggregate.open({ db, events, log });
  const ticketFiles = await ticketFileAggregate.open({ db, events, log });
  const sealing = createSealing(config.CONTENT_KEYS);
  const opened = await openFiles(config, { broker, sealing, clock, log });
  const { files } = opened;
  const standingOf = standingBy(deliveries, ticketFiles);
  const lookEveryMs = config.LISTED_FILE_LOOK;
  const issuer =
    config.TICKET_ISSUER === "fake" ? answeringWithin(createFakeIssuer(db), ANSWER_MS) : undefined;
  const reminderLeadsMs = config.DELIVERY_REMINDERS;
  const terms = {
    ...{ leadMs: config.DELIVERY_LEAD, leastTimeMs: config.DELIVERY_LEAST_TIME, reminderLeadsMs },
    hasIssuer: issuer !== undefined,
  };
  const looking = { deliveries, ticketFiles, tickets, files, terms, lookEveryMs, clock, log };
  const endListing = (ticketId: string) => lookIfEnded(looking, ticketId);
  const barcodes = await openBarcodes({
    ...{ db, standingOf, endListing, maxAgeMs: config.FILE_MAX_AGE, clock },
  });
  const uploadLimit = createRateLimit(UPLOAD_RATE, clock);
  const deliveryService = createDeliveryService({
    ...{ deliveries, ticketFiles, orders, tickets, sealing, files, uploadLimit, barcodes, terms, clock },
  });
  followOrders({ deliveries, ticketFiles, files, orders, barcodes, terms, clock }, events);
  const stopWatching = watchAwaited({ deliveries, reminderLeadsMs, clock, log }, config.OVERDUE_EVERY);
  const stopLooking = lookAfterTicketFiles(looking, config.OVERDUE_EVERY);
  const asking = issuer && { deliveries, issuer, files, barcodes, clock, log };
  const stopAsking = asking && askIssuerRepeatedly(asking, config.OVERDUE_EVERY);
  return {
    publicRoutes: (router) => router.service(DeliveryService, deliveryService),
    internalRoutes: (router) =>
      router.service(DeliveryLifecycleService, createDeliveryLifecycleService(deliveries)),
    publicHandlers: opened.handlers,
    relays: [deliveries.relay, ticketFiles.relay],
    close: [stopWatching, stopLooking, ...(stopAsking ? [stopAsking] : []), opened.close],
  };
});
