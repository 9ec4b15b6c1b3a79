import {
  type StripeKeys,
  stripeKeyFaults,
  stripeKeys,
  webhookSecrets,
} from "@ticketing/runtime/stripe/stripe-keys";
import type { StripeEnvironment } from "./config.ts";

/** The Secrets, and their keys, that hold what Stripe gives out, by the variables that name them. */
export const stripeSecrets = {
  STRIPE_SECRET_KEY: { secret: "payments", key: "stripe-secret-key" },
  STRIPE_PUBLISHABLE_KEY: { secret: "payments", key: "stripe-publishable-key" },
  STRIPE_WEBHOOK_SECRET: { secret: "payments", key: "stripe-webhook-secret" },
  STRIPE_PAYOUTS_SECRET_KEY: { secret: "payouts", key: "stripe-secret-key" },
  STRIPE_CONNECT_WEBHOOK_SECRET: { secret: "payouts", key: "stripe-connect-webhook-secret" },
} as const satisfies Record<keyof StripeKeys, { secret: string; key: string }>;

/** The file of a set of Secrets that holds it. */
export const stripeFile = (name: keyof StripeKeys): string =>
  `${stripeSecrets[name].secret}.${stripeSecrets[name].key}`;

/** What the double takes where nobody wrote other keys; its webhook secrets are made with the mesh's keys. */
export const keysOfDouble = {
  STRIPE_SECRET_KEY: "sk_test_double",
  STRIPE_PUBLISHABLE_KEY: "pk_test_double",
  STRIPE_PAYOUTS_SECRET_KEY: "rk_test_double",
} as const;

export interface StripeValues {
  /** What the environment offers, and whether money is to move. */
  readonly offered: StripeEnvironment;
  /** What the set holds and keeps. */
  readonly kept: Partial<StripeKeys>;
  /** The webhook secrets that were made for a double beside this set, if any were. */
  readonly doubleWebhookSecrets?: readonly string[];
}

/**
 * Why Stripe's part of a set of Secrets cannot be what the environment and the set say, one sentence each, without
 * their values: what is missing, what does not belong to the mode, and what would silently stay as it was.
 */
export function stripeSecretFaults({ offered, kept, doubleWebhookSecrets = [] }: StripeValues): string[] {
  return (Object.keys(stripeSecrets) as (keyof StripeKeys)[]).flatMap((name) => {
    const file = stripeFile(name);
    const value = kept[name] ?? offered[name];
    if (value === undefined) return [`${name} is missing`];
    if (kept[name] !== undefined && offered[name] !== undefined && kept[name] !== offered[name])
      return [`${name} is not what ${file} holds; replace that, or unset the variable`];
    const held = kept[name] === undefined ? "" : ` (held by ${file}; replace it)`;
    const { error } = stripeKeys.shape[name].safeParse(value);
    if (error) return error.issues.map(({ message }) => `${name} ${message}${held}`);
    if (webhookSecrets(value).some((secret) => doubleWebhookSecrets.includes(secret)))
      return [`${name} is the Stripe double's${held}`];
    return stripeKeyFaults(offered.STRIPE_MODE, { [name]: value }).map((fault) => `${fault}${held}`);
  });
}
