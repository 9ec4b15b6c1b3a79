import { readConfig, transportConfig } from "@ticketing/runtime/process/config";
import { z } from "zod";

/** The variables that this process reads. */
export const schema = z.object({
  ...transportConfig.shape,
  HOST: z.string().default("127.0.0.1"),
  PORT: z.coerce.number().int().min(0).max(65_535),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  /** The gateway's origin as browsers see it. */
  PUBLIC_URL: z.url(),
  /** The origin from which pages fetch files, and to which they upload them; absent: none. */
  FILES_URL: z.url().optional(),
  /** The folder of the built app. */
  WEB_ROOT: z.string().min(1),
  /** `live`: real money, the default. `test`: Stripe's test mode or a double of it. */
  STRIPE_MODE: z.enum(["live", "test"]).default("live"),
  /** Origin of a double that stands in for Stripe; Stripe's own ones by default. */
  STRIPE_URL: z.url().optional(),
});

/** Everything that this process reads from its environment. In `live` mode the page runs no script of a double. */
export function config(env = process.env) {
  const parsed = readConfig(schema, env);
  if (parsed.STRIPE_MODE === "live" && parsed.STRIPE_URL)
    throw new Error("STRIPE_URL names a double, but STRIPE_MODE is live");
  return parsed;
}
