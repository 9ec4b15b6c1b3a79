import { accessTokenLifetime } from "@ticketing/auth/access-token-lifetime";
import { readConfig } from "@ticketing/runtime/process/config";
import { stripeKeys, stripeMode } from "@ticketing/runtime/stripe/stripe-keys";
import { z } from "zod";

/** What `npm run k8s:secrets -- --dir DIR` reads: the values that nobody here can make. */
export const schema = z.object({ STRIPE_MODE: stripeMode, ...stripeKeys.partial().shape });

/** Everything that the command reads from its environment. */
export const config = (env = process.env) => readConfig(schema, env);

export type StripeEnvironment = ReturnType<typeof config>;

/** What `npm run k8s:secrets -- --rotate NAME` reads: how long tokens live that the overlay's auth signs. */
const rotationSchema = z.object({ ACCESS_TOKEN_LIFETIME: accessTokenLifetime });

export const rotationConfig = (env = process.env) => readConfig(rotationSchema, env);
