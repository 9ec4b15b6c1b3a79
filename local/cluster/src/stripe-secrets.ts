import {
  type StripeKeys,
  stripeKeyFaults,
  stripeKeys,
  webhookSecrets,
} from "@ticketing/runtime/stripe/stripe-keys";
import type { StripeEnvironment } from "./config.ts";

/** The keys of the Secret `payments` that hold what Stripe gives out, by the variables that name them. */
export const stripeSecrets = {
  STRIPE_SECRET_KEY: "stripe-secret-key",
  STRIPE_PUBLISHABLE_KEY: "stripe-publishable-key",
  STRIPE_WEBHOOK_SECRET: "stripe-webhook-secret",
} as const satisfies Record<keyof StripeKeys, string>;

/** What the double takes where nobody wrote other keys; its webhook secret is made with the mesh's keys. */
export const keysOfDouble = {
  STRIPE_SECRET_KEY: "sk_test_double",
  STRIPE_PUBLISHABLE_KEY: "pk_test_double",
} as const;

export interface StripeValues {
  /** What the environment offers, and whether money is to move. */
  readonly offered: StripeEnvironment;
  /** What the set holds and keeps. */
  readonly kept: Partial<StripeKeys>;
  /** The webhook secret that was made for a double beside this set, if one was. */
  readonly doubleWebhookSecret?: string;
}

/**
 * Why Stripe's part of a set of Secrets cannot be what the environment and the set say, one sentence each, without
 * their values: what is missing, what does not belong to the mode, and what would silently stay as it was.
 */
export function stripeSecretFaults({ offered, kept, doubleWebhookSecret }: StripeValues): string[] {
  return (Object.keys(stripeSecrets) as (keyof StripeKeys)[]).flatMap((name) => {
    const file = `payments.${stripeSecrets[name]}`;
    const value = kept[name] ?? offered[name];
    if (value === undefined) return [`${name} is missing`];
    if (kept[name] !== undefined && offered[name] !== undefined && kept[name] !== offered[name])
      return [`${name} is not what ${file} holds; replace that, or unset the variable`];
    const held = kept[name] === undefined ? "" : ` (held by ${file}; replace it)`;
    const { error } = stripeKeys.shape[name].safeParse(value);
    if (error) return error.issues.map(({ message }) => `${name} ${message}${held}`);
    const secrets = webhookSecrets({ [name]: value });
    if (doubleWebhookSecret !== undefined && secrets.includes(doubleWebhookSecret))
      return [`${name} is the Stripe double's${held}`];
    return stripeKeyFaults(offered.STRIPE_MODE, { [name]: value }).map((fault) => `${fault}${held}`);
  });
}
