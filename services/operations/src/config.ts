import { commonConfig, databaseConfig, readConfig } from "@ticketing/runtime/process/config";
import { z } from "zod";

/** The variables that this process reads. */
export const schema = z.object({
  ...commonConfig.shape,
  ...databaseConfig.shape,
  /** Temporal's web interface with its namespace, for links: `http://localhost:8084/namespaces/default`. */
  TEMPORAL_UI_URL: z.url().optional(),
  /** What a server of the broker may store of events, in bytes (max_file_store): health warns from 70 % of it on. */
  EVENT_STORAGE: z.coerce.number().int().positive().optional(),
});

/** Everything that this process reads from its environment. */
export const config = (env = process.env) => readConfig(schema, env);
