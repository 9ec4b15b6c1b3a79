import { addresses, calls, commonConfig, databaseConfig, readConfig } from "@ticketing/runtime/config";
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
});

/** Everything that this process reads from its environment. A live key never goes to a double. */
export function config(env = process.env) {
  const parsed = readConfig(schema, env);
  if (parsed.STRIPE_URL && parsed.STRIPE_SECRET_KEY.includes("_live_")) {
    throw new Error("STRIPE_SECRET_KEY is a live key; it must not be sent to STRIPE_URL");
  }
  return parsed;
}
