import {
  addresses,
  commonConfig,
  databaseConfig,
  duration,
  readConfig,
} from "@ticketing/runtime/process/config";
import { feesConfig } from "@ticketing/runtime/values/fees-config";
import { z } from "zod";

/** The variables that this process reads. */
export const schema = z.object({
  ...commonConfig.shape,
  ...databaseConfig.shape,
  ...feesConfig.shape,
  /** The internal port of tickets. */
  TICKETS_ADDRESS: addresses,
  /** How long after completion a refund may be asked, at latest until the event starts. */
  REFUND_WINDOW: duration.default(3_600_000),
});

/** Everything that this process reads from its environment. */
export const config = (env = process.env) => readConfig(schema, env);
