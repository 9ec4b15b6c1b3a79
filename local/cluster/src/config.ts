import { stripeKeys, stripeMode } from "@ticketing/payments/stripe-keys";
import { readConfig } from "@ticketing/runtime/config";
import { z } from "zod";

/** What `npm run k8s:secrets -- --dir DIR` reads: the values that nobody here can make. */
export const schema = z.object({ STRIPE_MODE: stripeMode, ...stripeKeys.partial().shape });

/** Everything that the command reads from its environment. */
export const config = (env = process.env) => readConfig(schema, env);

export type StripeEnvironment = ReturnType<typeof config>;
