import {
  addresses,
  commonConfig,
  databaseConfig,
  duration,
  readConfig,
} from "@ticketing/runtime/process/config";
import { feesConfig } from "@ticketing/runtime/values/fees-config";
import { z } from "zod";

const count = z.coerce.number().int().min(1);

/** The variables that this process reads. */
export const schema = z.object({
  ...commonConfig.shape,
  ...databaseConfig.shape,
  ...feesConfig.shape,
  /** The internal port of events. */
  EVENTS_ADDRESS: addresses,
  /** How many tickets one seller may list or change in an hour, at each process. */
  LISTING_LIMIT: count.default(1000),
  /** How long a buyer has to pay. */
  LOCK_DURATION: duration.default(15 * 60_000),
  /** How many tickets one buyer may hold at a time. */
  LOCK_LIMIT: count.default(4),
  /** How long a buyer who let a ticket go unpaid waits before locking the same ticket again. */
  RELOCK_WAIT: duration.default(30_000),
  /** So many strikes (a lock left to lapse 1, one cancelled or declined to its end a half) within LAPSE_WINDOW ... */
  LAPSE_LIMIT: count.default(3),
  LAPSE_WINDOW: duration.default(3_600_000),
  /** ... and the buyer waits this long before the next. */
  LOCK_COOLDOWN: duration.default(15 * 60_000),
});

/** Everything that this process reads from its environment. */
export const config = (env = process.env) => readConfig(schema, env);
