import { commonConfig, databaseConfig, readConfig } from "@ticketing/runtime/config";
import { z } from "zod";

const schema = z.object({ ...commonConfig.shape, ...databaseConfig.shape });

/** Everything that this process reads from its environment. */
export const config = () => readConfig(schema);
