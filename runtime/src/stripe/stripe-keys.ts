import { z } from "zod";

/** `live`: real money. `test`: Stripe's test mode or a double of it, where none moves. */
export const stripeMode = z.enum(["live", "test"]).default("live");

const secretKey = z.string().regex(/^(sk|rk)_(test|live)_\w+$/, "must be a Stripe secret key");
/** One, or with a comma two while one replaces the other: either may have signed. */
const webhookSecret = z
  .string()
  .regex(/^whsec_[^\s,]+(,whsec_[^\s,]+)?$/, "must be a webhook signing secret, or two with a comma");

/**
 * Stripe's keys by the variables in which whoever sets up a mesh gives them; their prefixes are Stripe's
 * (docs.stripe.com/keys).
 */
export const stripeKeys = z.object({
  STRIPE_SECRET_KEY: secretKey,
  STRIPE_PUBLISHABLE_KEY: z.string().regex(/^pk_(test|live)_\w+$/, "must be a Stripe publishable key"),
  STRIPE_WEBHOOK_SECRET: webhookSecret,
  /** What payouts asks Stripe with, whose STRIPE_SECRET_KEY it is: one that may do no more than move sellers' money. */
  STRIPE_PAYOUTS_SECRET_KEY: secretKey,
  /** Of the endpoint that is told of sellers' accounts (docs.stripe.com/connect/webhooks). */
  STRIPE_CONNECT_WEBHOOK_SECRET: webhookSecret,
});

export type StripeMode = z.output<typeof stripeMode>;
export type StripeKeys = z.output<typeof stripeKeys>;

/** The secrets that a webhook may be signed with, of a variable that holds one or two. */
export const webhookSecrets = (value = ""): string[] => value.split(",");

/**
 * Why keys do not belong to a mode, one sentence each, without their values. A webhook secret shows no mode; only
 * that of the double (`whsec_double…`) is known.
 */
export function stripeKeyFaults(mode: StripeMode, keys: Partial<StripeKeys>): string[] {
  const other = mode === "live" ? "test" : "live";
  const faults = (["STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_PAYOUTS_SECRET_KEY"] as const)
    .filter((name) => keys[name]?.split("_")[1] === other)
    .map((name) => `${name} is a ${other} key, but STRIPE_MODE is ${mode}`);
  for (const name of ["STRIPE_WEBHOOK_SECRET", "STRIPE_CONNECT_WEBHOOK_SECRET"] as const) {
    if (mode === "live" && webhookSecrets(keys[name]).some((secret) => secret.startsWith("whsec_double")))
      faults.push(`${name} is the Stripe double's, but STRIPE_MODE is live`);
  }
  return faults;
}

/**
 * Throws, with each fault, where keys do not belong to the mode, or a mesh with real money has an address of a double.
 * `urls` are these addresses by the variables that hold them.
 */
export function requireStripeMode(
  settings: Partial<StripeKeys> & { STRIPE_MODE: StripeMode },
  urls: Record<string, string | undefined>,
): void {
  const faults = stripeKeyFaults(settings.STRIPE_MODE, settings);
  if (settings.STRIPE_MODE === "live") {
    for (const [name, url] of Object.entries(urls)) {
      if (url) faults.push(`${name} names a double, but STRIPE_MODE is live`);
    }
  }
  if (faults.length === 0) return;
  throw new Error(["Stripe's part of the environment does not fit together:", ...faults].join("\n  "));
}
