import { commonConfig, databaseConfig, readConfig } from "@ticketing/runtime/process/config";
import { z } from "zod";

/** The variables that this process reads. */
export const schema = z.object({ ...commonConfig.shape, ...databaseConfig.shape });

/** Everything that this process reads from its environment. */
export const config = (env = process.env) => readConfig(schema, env);
