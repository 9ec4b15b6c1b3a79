import {
  addresses,
  commonConfig,
  databaseConfig,
  duration,
  readConfig,
} from "@ticketing/runtime/process/config";
import { secretKeys } from "@ticketing/runtime/process/secret-keys";
import { z } from "zod";

/** The variables that this process reads. */
export const schema = z.object({
  ...commonConfig.shape,
  ...databaseConfig.shape,
  /** The internal port of orders. */
  ORDERS_ADDRESS: addresses,
  /** The keys by which what sellers deliver is encrypted at rest: the first one seals. */
  CONTENT_KEYS: secretKeys,
  /** How long before the event's start a ticket has to be delivered. */
  DELIVERY_LEAD: duration.default(86_400_000),
  /** The time that a seller has at least, where the lead has begun when the order completes; never past the start. */
  DELIVERY_LEAST_TIME: duration.default(3_600_000),
  /** How often deliveries are looked for that have become overdue. */
  OVERDUE_EVERY: duration.default(10_000),
});

/** Everything that this process reads from its environment. */
export const config = (env = process.env) => readConfig(schema, env);
