import {
  addresses,
  calls,
  commonConfig,
  databaseConfig,
  duration,
  readConfig,
} from "@ticketing/runtime/process/config";
import { requireStripeMode, stripeKeys, stripeMode } from "@ticketing/runtime/stripe/stripe-keys";
import { defaultLimits, secondPersonLimits } from "@ticketing/runtime/values/second-person";
import { z } from "zod";

/** The variables that this process reads. */
export const schema = z.object({
  ...commonConfig.shape,
  ...databaseConfig.shape,
  /** The internal port of orders. */
  ORDERS_ADDRESS: addresses,
  /** The internal port of events. */
  EVENTS_ADDRESS: addresses,
  /** Whether money moves. A mesh that says nothing is one for users. */
  STRIPE_MODE: stripeMode,
  ...stripeKeys.pick({ STRIPE_SECRET_KEY: true, STRIPE_CONNECT_WEBHOOK_SECRET: true }).shape,
  /** The Stripe double's address; absent: Stripe itself. */
  STRIPE_URL: z.url().optional().register(calls, { unset: "https://api.stripe.com" }),
  /**
   * Longer than a call can be in flight. A call without an answer is repeated for so long, and for as long again Stripe is
   * only looked at, before the next gets another idempotency key.
   */
  STRIPE_GRACE: duration.default(90_000),
  /** How long after the end of the event the buyer can complain, before its seller is paid. */
  CLAIM_WINDOW: duration.default(48 * 3_600_000),
  /** How long an event is taken to last whose end nobody knows. */
  EVENT_LENGTH: duration.default(12 * 3_600_000),
  /** Earnings that each process releases a second: transfers follow, at the rate that Stripe takes. */
  RELEASE_RATE: z.coerce.number().int().min(1).max(100).default(10),
  /** Up to what a seller gets one operator frees an earning alone that was frozen by hand. */
  UNFREEZE_SECOND_PERSON_LIMIT: secondPersonLimits.default(defaultLimits),
});

/** Everything that this process reads from its environment; what belongs to the other mode of Stripe is refused. */
export function config(env = process.env) {
  const parsed = readConfig(schema, env);
  requireStripeMode(parsed, { STRIPE_URL: parsed.STRIPE_URL });
  return parsed;
}
