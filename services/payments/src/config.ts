import {
  addresses,
  calls,
  commonConfig,
  databaseConfig,
  duration,
  readConfig,
} from "@ticketing/runtime/config";
import { z } from "zod";

/** The variables that this process reads. */
export const schema = z.object({
  ...commonConfig.shape,
  ...databaseConfig.shape,
  /** The internal port of orders. */
  ORDERS_ADDRESS: addresses,
  STRIPE_SECRET_KEY: z.string().regex(/^(sk|rk)_(test|live)_/, "must be a Stripe secret key"),
  STRIPE_PUBLISHABLE_KEY: z.string().regex(/^pk_(test|live)_/, "must be a Stripe publishable key"),
  STRIPE_WEBHOOK_SECRET: z.string().startsWith("whsec_", "must be a webhook signing secret"),
  /** The Stripe double's address; absent: Stripe itself. */
  STRIPE_URL: z.url().optional().register(calls, { unset: "https://api.stripe.com" }),
  /** Where browsers find the double, if not at STRIPE_URL. */
  STRIPE_BROWSER_URL: z.url().optional(),
  /**
   * How long looks at Stripe have to show nothing of a call without an answer before it gets another idempotency
   * key: longer than a call can be in flight, and than a search may be behind.
   */
  STRIPE_GRACE: duration.default(90_000),
  /** So many declined cards of one buyer within DECLINE_WINDOW, and no further payment can begin. */
  DECLINE_LIMIT: z.coerce.number().int().min(1).default(10),
  DECLINE_WINDOW: duration.default(3_600_000),
});

/** Everything that this process reads from its environment. A live key never goes to a double. */
export function config(env = process.env) {
  const parsed = readConfig(schema, env);
  if (parsed.STRIPE_URL && parsed.STRIPE_SECRET_KEY.includes("_live_")) {
    throw new Error("STRIPE_SECRET_KEY is a live key; it must not be sent to STRIPE_URL");
  }
  return parsed;
}
