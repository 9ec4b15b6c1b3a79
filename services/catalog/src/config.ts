import { commonConfig, readConfig } from "@ticketing/runtime/process/config";
import { z } from "zod";

// It owns no stream.
const { EVENT_MAX_BYTES: _, ...common } = commonConfig.shape;

/** The variables that this process reads. */
export const schema = z.object({
  ...common,
  /** A folder of this process alone, which may be lost: it keeps search's projection there. */
  DATA_DIR: z.string().min(1),
});

/** Everything that this process reads from its environment. */
export const config = (env = process.env) => readConfig(schema, env);
