import { z } from "zod";

/** The variables that this process reads. */
export const schema = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: z.coerce.number().int().min(0).max(65535).default(4242),
  STRIPE_SECRET_KEY: z.string().startsWith("sk_test_", "must be a test key").default("sk_test_double"),
  STRIPE_PUBLISHABLE_KEY: z.string().startsWith("pk_test_", "must be a test key").default("pk_test_double"),
  STRIPE_WEBHOOK_SECRET: z.string().startsWith("whsec_").default("whsec_double"),
  /** Where events are delivered, e.g. http://127.0.0.1:8080/webhooks/stripe */
  STRIPE_WEBHOOK_URL: z.url().optional(),
  /** Where events of connected accounts are delivered, and how they are signed. */
  STRIPE_CONNECT_WEBHOOK_URL: z.url().optional(),
  STRIPE_CONNECT_WEBHOOK_SECRET: z.string().startsWith("whsec_").default("whsec_double_connect"),
  /** The key of payouts, which may do less. */
  STRIPE_PAYOUTS_SECRET_KEY: z
    .string()
    .startsWith("rk_test_", "must be a test key")
    .default("rk_test_double"),
  /** The types of events that are delivered, with commas: `charge.*,payment_intent.succeeded`. */
  STRIPE_WEBHOOK_EVENTS: z
    .string()
    .default("*")
    .transform((types) => types.split(",")),
  /** Keeps acknowledged state over restarts. */
  STATE_FILE: z.string().optional(),
});

/** The configuration, or an error that names each bad variable and never its value. */
export function config(env: NodeJS.ProcessEnv = process.env): z.output<typeof schema> {
  const result = schema.safeParse(env);
  if (result.success) return result.data;
  throw new Error(result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "));
}
