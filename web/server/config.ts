import { readConfig } from "@ticketing/runtime/config";
import { z } from "zod";

/** The variables that this process reads. */
export const schema = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: z.coerce.number().int().min(0).max(65_535),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  /** The gateway's origin as browsers see it. */
  PUBLIC_URL: z.url(),
  /** The folder of the built app. */
  WEB_ROOT: z.string().min(1),
  /** Origin of a double that stands in for Stripe; Stripe's own ones by default. */
  STRIPE_URL: z.url().optional(),
});

/** Everything that this process reads from its environment. */
export const config = (env = process.env) => readConfig(schema, env);
