import { Client } from "@temporalio/client";
import { Runtime } from "@temporalio/worker";
import { createEvents } from "@ticketing/runtime/events/events";
import { RECONCILE, republishOf } from "@ticketing/runtime/events/removed-events";
import { createServiceTokens } from "@ticketing/runtime/identity/service-tokens";
import { streamSettings } from "@ticketing/runtime/process/config";
import { createLogger } from "@ticketing/runtime/process/log";
import { retrying } from "@ticketing/runtime/process/retrying";
import { startTelemetry } from "@ticketing/runtime/process/telemetry";
import { openTransportSecurity } from "@ticketing/runtime/process/transport-security";
import { serve } from "@ticketing/runtime/serving/serve";
import { createCaseActivities } from "./case/activities.ts";
import { createLifecycleClients } from "./clients.ts";
import { config as readConfig } from "./config.ts";
import { createEarningActivities, createEarningSteps } from "./earning/activities.ts";
import { createReleasedJudge } from "./earning/judge-released.ts";
import { createEventCancellationActivities } from "./event-cancellation/activities.ts";
import { createPace } from "./event-cancellation/pace.ts";
import { keepCurrent } from "./keep-current.ts";
import { connectNative, keepConnected } from "./native-connection.ts";
import { onCaseEvent } from "./on-case-event.ts";
import { onEventEvent } from "./on-event-event.ts";
import { onOrderEvent } from "./on-order-event.ts";
import { onPaymentEvent } from "./on-payment-event.ts";
import { onPayoutEvent } from "./on-payout-event.ts";
import { createOrderLifecycleActivities } from "./order-lifecycle/activities.ts";
import { createCaptureCalls } from "./order-lifecycle/capture-calls.ts";
import { createPaymentsProbe } from "./payments-probe.ts";
import { createReconciliationActivities } from "./reconciliation/activities.ts";
import { readFullPass } from "./reconciliation/full-pass.ts";
import { createReporter, STREAM, SUBJECT } from "./reconciliation/report.ts";
import { ensureSchedules, startFullPass } from "./reconciliation/schedule.ts";
import { createRefundActivities } from "./refund/activities.ts";
import { createWorkflowStarter } from "./starter.ts";
import { connectTemporal } from "./temporal-connection.ts";
import { temporalLogger } from "./temporal-logger.ts";
import { requireProgress } from "./worker-progress.ts";
import { createWorkers } from "./workers.ts";

const config = readConfig();
startTelemetry("workflows", config.OTEL_EXPORTER_OTLP_ENDPOINT);
const log = createLogger("workflows", config.LOG_LEVEL);
// This process handles its signals itself, in its own order.
Runtime.install({ shutdownSignals: [], logger: temporalLogger(log) });

const address = config.TEMPORAL_ADDRESS;
const security = await openTransportSecurity(config.TLS_DIR, log);
const native = await retrying(() => connectNative(address, security), log, "temporal");
const connection = await retrying(() => connectTemporal(address, { security }), log, "temporal");
const clients = createLifecycleClients(
  {
    tickets: config.TICKETS_ADDRESS,
    orders: config.ORDERS_ADDRESS,
    payments: config.PAYMENTS_ADDRESS,
    payouts: config.PAYOUTS_ADDRESS,
    deliveries: config.DELIVERIES_ADDRESS,
    cases: config.CASES_ADDRESS,
  },
  await createServiceTokens({ name: "workflows", keyFile: config.SERVICE_KEY_FILE, log }),
  security,
);
// The worker does not wait for the broker: orders that are under way end without it.
const connecting = createEvents({
  natsUrl: config.NATS_URL,
  streams: streamSettings(config),
  name: "workflows",
  log,
  security,
});
const client = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
const workflows = createWorkflowStarter(client);
const captures = createCaptureCalls();
const lifecycle = createOrderLifecycleActivities(clients, { maxDeclines: config.MAX_DECLINES }, captures);
const workers = await createWorkers({
  connection: native,
  namespace: config.TEMPORAL_NAMESPACE,
  buildId: config.WORKER_BUILD_ID,
  bundle: config.WORKFLOW_BUNDLE,
  activities: {
    ...lifecycle,
    ...createRefundActivities(clients),
    ...createEarningActivities(clients),
    ...createCaseActivities(clients, { evidenceMarginMs: config.EVIDENCE_MARGIN }),
    ...createEventCancellationActivities(clients, { pace: createPace(config.EVENT_CANCELLATION_RATE) }),
    ...createReconciliationActivities({
      clients,
      workflows,
      releaseMoney: lifecycle.releaseMoney,
      report: createReporter({ events: connecting, log }),
      fullPass: () => readFullPass(client),
    }),
  },
});
const disconnect = keepConnected({ address, security, native, workers, log });
const running = Promise.all(workers.map(({ worker }) => worker.run()));
running.catch((error: unknown) => {
  log.fatal({ err: error }, "a worker ended");
  process.exit(1);
});

const current = keepCurrent({ client, buildId: config.WORKER_BUILD_ID, log });

const events = await connecting;
await events.ensureStream(STREAM, [SUBJECT]);
events.consume({
  stream: "ORDERS",
  durable: "workflows",
  filter: "evt.orders.>",
  handle: onOrderEvent(workflows, createPaymentsProbe(clients)),
});
events.consume({
  stream: "PAYMENTS",
  durable: "workflows",
  filter: "evt.payments.>",
  handle: onPaymentEvent(workflows, captures),
});
events.consume({
  stream: "PAYOUTS",
  durable: "workflows",
  filter: "evt.payouts.>",
  handle: onPayoutEvent({
    workflows,
    steps: createEarningSteps(clients),
    judgeReleased: createReleasedJudge(clients),
    log,
  }),
});
events.consume({
  stream: "CASES",
  durable: "workflows",
  filter: "evt.cases.>",
  handle: onCaseEvent(workflows),
});
events.consume({
  stream: "EVENTS",
  durable: "workflows",
  filter: "evt.events.>",
  handle: onEventEvent(workflows, clients),
});
const schedules = {
  every: config.RECONCILE_EVERY,
  fullEvery: config.RECONCILE_FULL_EVERY,
  plan: {
    windowMs: config.RECONCILE_WINDOW,
    graceMs: config.RECONCILE_GRACE,
    changes: { overlapMs: config.RECONCILE_OVERLAP, intentAgeMs: config.RECONCILE_INTENT_AGE },
  },
};
await retrying(() => ensureSchedules(client, schedules), log, "temporal");
// The newest event of RECONCILIATION is the report of the newest run.
for (const subject of [RECONCILE, republishOf(STREAM)])
  events.requests.answer(subject, () => startFullPass(client));

await serve({
  name: "workflows",
  config,
  log,
  security,
  needs: {
    temporal: async () => {
      await connection.withDeadline(Date.now() + 2000, () => connection.workflowService.getSystemInfo({}));
    },
  },
  conditions: {
    workers: async () => {
      for (const each of workers) await requireProgress(each, client, each.queue.taskQueue);
    },
  },
  uses: { ...clients.pings, tasks: current.requireTasks },
  events,
  close: [
    current.stop,
    events.close,
    async () => {
      for (const { worker } of workers) worker.shutdown();
      await running;
    },
    disconnect,
    () => connection.close(),
    async () => clients.close(),
  ],
});
