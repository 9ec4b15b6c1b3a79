import {
  address,
  addresses,
  duration,
  processConfig,
  readConfig,
  transportConfig,
} from "@ticketing/runtime/process/config";
import { z } from "zod";

/** What making a version of the workers current reads. */
export const versionSchema = z.object({
  ...transportConfig.shape,
  TEMPORAL_ADDRESS: address,
  TEMPORAL_NAMESPACE: z.string().min(1).default("default"),
  /** Names this version of the workflow code. */
  WORKER_BUILD_ID: z.string().min(1),
  LOG_LEVEL: processConfig.shape.LOG_LEVEL,
});

/** The variables that this process reads. */
export const schema = z.object({
  ...processConfig.shape,
  ...versionSchema.shape,
  /** Internal ports of the services that the workflows call. */
  TICKETS_ADDRESS: addresses,
  ORDERS_ADDRESS: addresses,
  PAYMENTS_ADDRESS: addresses,
  PAYOUTS_ADDRESS: addresses,
  DELIVERIES_ADDRESS: addresses,
  CASES_ADDRESS: addresses,
  /** The workflows as one file, made by `npm run build`; without it the worker bundles them when it starts. */
  WORKFLOW_BUNDLE: z.string().min(1).optional(),
  /** Declined attempts after which an order is cancelled. */
  MAX_DECLINES: z.coerce.number().int().min(1).default(3),
  /** Orders of cancelled events that each process ends a second: refunds follow, at the rate that Stripe takes. */
  EVENT_CANCELLATION_RATE: z.coerce.number().min(0.1).max(100).default(10),
  /** How long before a bank's time is over it is told what speaks for a disputed sale; half of the time if that is less. */
  EVIDENCE_MARGIN: duration.default(86_400_000),
  /** How often tickets, orders, payments and Stripe are compared, where something changed. */
  RECONCILE_EVERY: duration.default(600_000),
  /** How often all is compared that changed within RECONCILE_WINDOW before the last time. */
  RECONCILE_FULL_EVERY: duration.default(86_400_000),
  RECONCILE_WINDOW: duration.default(86_400_000),
  /** How long they may disagree because something is under way. */
  RECONCILE_GRACE: duration.default(300_000),
  /** By how much clocks may differ, and how long a change may take to be stored and events to be published. */
  RECONCILE_OVERLAP: duration.default(120_000),
  /** At what age PaymentIntents are compared: longer than LOCK_DURATION and RECONCILE_GRACE. */
  RECONCILE_INTENT_AGE: duration.default(1_500_000),
});

/** Everything that this process reads from its environment. */
export const config = (env = process.env) => readConfig(schema, env);

/** Everything that making a version current reads from its environment. */
export const versionConfig = (env = process.env) => readConfig(versionSchema, env);
