import { commonConfig, duration, readConfig } from "@ticketing/runtime/process/config";
import { secretKeys } from "@ticketing/runtime/process/secret-keys";
import { z } from "zod";

/** The variables that this process reads. The stream that it owns, of EVENT_MAX_BYTES, has the snapshots. */
export const schema = z.object({
  ...commonConfig.shape,
  /** A folder of this process alone, which may be lost: it keeps search's projection there. */
  DATA_DIR: z.string().min(1),
  /** How often the broker is given a copy of the projection, by one of the replicas, for those that have none. */
  SNAPSHOT_EVERY: duration.pipe(z.number().min(1_000, "must be at least 1s")).default(3_600_000),
  /** The first one signs page tokens; those of all of them are taken. The same for every replica. */
  PAGE_TOKEN_KEYS: secretKeys,
});

/** Everything that this process reads from its environment. */
export const config = (env = process.env) => readConfig(schema, env);
