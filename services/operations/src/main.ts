import { OperationsService as DeprecatedOperationsService } from "@ticketing/proto/catalog/v1/operations_service";
import { OperationsService } from "@ticketing/proto/operations/v1/operations_service";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { HEALTH_SUBJECTS } from "@ticketing/runtime/serving/health";
import { runProcess } from "@ticketing/runtime/serving/run-process";
import { createAuditLog } from "./audit-log.ts";
import { auditedStreams } from "./audited-events.ts";
import { config as readConfig } from "./config.ts";
import { createEventStorage } from "./event-storage.ts";
import { createMarketplaceStore } from "./marketplace-store.ts";
import { onOrderEvent } from "./on-order-event.ts";
import { onPaymentEvent } from "./on-payment-event.ts";
import { onReconciliationEvent } from "./on-reconciliation-event.ts";
import { createOperationsService } from "./operations-service.ts";
import { createProcessRoster } from "./process-roster.ts";
import { DURABLE, sources } from "./projections.ts";

const config = readConfig();

await runProcess("operations", config, async ({ database, events, log }) => {
  const { db } = await database(config.MONGODB_URI);
  const store = await createMarketplaceStore(db);
  const handlers = {
    ORDERS: onOrderEvent(store),
    PAYMENTS: onPaymentEvent(store),
    RECONCILIATION: onReconciliationEvent(store),
  };
  await events.deadLetters.ensure();
  for (const { stream, subject } of sources) {
    events.consume({ stream, durable: DURABLE, filter: subject, handle: handlers[stream] });
  }

  const auditLog = await createAuditLog(db);
  for (const { stream, subject, handler } of auditedStreams) {
    events.consume({ stream, durable: DURABLE, filter: subject, handle: handler(auditLog) });
  }

  const storage = createEventStorage({ events, limit: config.EVENT_STORAGE, log });
  const roster = createProcessRoster(clock);
  events.presence.subscribe(HEALTH_SUBJECTS, roster.record);

  const service = createOperationsService({
    ...{ store, auditLog, events, storage, roster, clock },
    temporalUiUrl: config.TEMPORAL_UI_URL,
  });
  return {
    publicRoutes: (router) =>
      router.service(OperationsService, service).service(DeprecatedOperationsService, service),
    uses: { "event storage": storage.requireRoom },
  };
});
