import {
  addresses,
  calls,
  commonConfig,
  databaseConfig,
  duration,
  readConfig,
} from "@ticketing/runtime/process/config";
import { requireStripeMode, stripeKeys, stripeMode } from "@ticketing/runtime/stripe/stripe-keys";
import { feesConfig } from "@ticketing/runtime/values/fees-config";
import { z } from "zod";

/** The variables that this process reads. */
export const schema = z.object({
  ...commonConfig.shape,
  ...databaseConfig.shape,
  ...feesConfig.shape,
  /** The internal port of orders. */
  ORDERS_ADDRESS: addresses,
  /** Whether money moves. A mesh that says nothing is one for users. */
  STRIPE_MODE: stripeMode,
  ...stripeKeys.pick({ STRIPE_SECRET_KEY: true, STRIPE_PUBLISHABLE_KEY: true, STRIPE_WEBHOOK_SECRET: true })
    .shape,
  /** The Stripe double's address; absent: Stripe itself. */
  STRIPE_URL: z.url().optional().register(calls, { unset: "https://api.stripe.com" }),
  /** Where browsers find the double, if not at STRIPE_URL. */
  STRIPE_BROWSER_URL: z.url().optional(),
  /**
   * Longer than a call can be in flight, and than a search may be behind. A call without an answer is repeated for so
   * long, and for as long again Stripe is only looked at, before the next gets another idempotency key.
   */
  STRIPE_GRACE: duration.default(90_000),
  /** So many declined cards of one buyer within DECLINE_WINDOW, and no further payment can begin. */
  DECLINE_LIMIT: z.coerce.number().int().min(1).default(10),
  DECLINE_WINDOW: duration.default(3_600_000),
});

/** Everything that this process reads from its environment; what belongs to the other mode of Stripe is refused. */
export function config(env = process.env) {
  const parsed = readConfig(schema, env);
  const { STRIPE_URL, STRIPE_BROWSER_URL } = parsed;
  requireStripeMode(parsed, { STRIPE_URL, STRIPE_BROWSER_URL });
  return parsed;
}
