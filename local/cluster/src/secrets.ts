import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "@ticketing/launcher/atomic-file";
import { brokerUsers, newPassword } from "@ticketing/launcher/broker-users";
import { ensureKeys } from "@ticketing/launcher/keys";
import { rolledKeys } from "@ticketing/launcher/rolled-keys";
import { serviceNames } from "@ticketing/launcher/service-names";
import { newSecretKey } from "@ticketing/runtime/process/secret-keys";
import type { StripeKeys } from "@ticketing/runtime/stripe/stripe-keys";
import { stringify } from "yaml";
import type { StripeEnvironment } from "./config.ts";
import { keysOfDouble, stripeFile, stripeSecretFaults, stripeSecrets } from "./stripe-secrets.ts";

export interface SecretsOptions {
  /** Where Stripe's keys come from; without it the set is one for the double. */
  readonly stripe?: StripeEnvironment;
  /** Files to write anew, such as `payments.stripe-secret-key`; every other one that is there stays. */
  readonly replace?: readonly string[];
  /** Whether there has to be a set already, of which something is to change. */
  readonly changes?: boolean;
}

/** The set cannot be made as asked; nothing was written. */
export class SecretsRefused extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
    this.faults = faults;
  }
}

/** A value that can be replaced alone. Keys of ours cannot: each has a public part that others hold. */
interface Value {
  readonly secret: string;
  readonly key: string;
  /** `held` is what it was before, if it was there. */
  readonly make: (stripe: StripeKeys, held?: string) => string;
}

const stripeNames = Object.keys(stripeSecrets) as (keyof StripeKeys)[];

const values: readonly Value[] = [
  ...serviceNames
    .filter((service) => service !== "workflows")
    .map((service) => ({ secret: service, key: "mongodb-password", make: newPassword })),
  ...brokerUsers.map((user) => ({ secret: user, key: "nats-password", make: newPassword })),
  ...stripeNames.map((name) => ({
    ...stripeSecrets[name],
    make: (stripe: StripeKeys) => stripe[name],
  })),
  // What was sealed with the keys of before is opened with them: a new one goes before them.
  {
    secret: "deliveries",
    key: "content-keys",
    make: (_, held) => [newSecretKey(), ...(held ? [held] : [])].join(","),
  },
  // What signs next is known to every pod before it signs.
  { secret: "catalog", key: "page-token-keys", make: (_, held) => rolledKeys(held) },
  { secret: "temporal-db", key: "username", make: () => "temporal" },
  { secret: "temporal-db", key: "password", make: newPassword },
];

const KUSTOMIZATION = "kustomization.yaml";

const fileOf = ({ secret, key }: Value): string => `${secret}.${key}`;

/**
 * Makes what the pods' Secrets hold, in `folder`, as files with a kustomization beside them: keys by the code that
 * makes a bare machine's, passwords at random, Stripe's keys from the environment or the double's. What is there stays.
 * Throws SecretsRefused before anything is written.
 */
export async function makeSecrets(
  folder: string,
  { stripe, replace = [], changes = replace.length > 0 }: SecretsOptions = {},
): Promise<void> {
  const read = (file: string) => readFile(join(folder, file), "utf8").catch(() => undefined);
  const stays = async (file: string) => (replace.includes(file) ? undefined : read(file));
  const faults = unknownFiles(replace);
  // Applied to a mesh that runs, a new set would change every key and password at once.
  if (changes && (await read(KUSTOMIZATION)) === undefined)
    throw new SecretsRefused([
      "there is no set of Secrets to change; without --replace and --rotate, one is made",
    ]);
  if (stripe) {
    const kept: Partial<StripeKeys> = {};
    for (const name of stripeNames) kept[name] = await stays(stripeFile(name));
    const ofDouble = ["stripe-webhook-secret", "stripe-connect-webhook-secret"].map(read);
    const doubleWebhookSecrets = (await Promise.all(ofDouble)).filter((secret) => secret !== undefined);
    faults.push(...stripeSecretFaults({ offered: stripe, kept, doubleWebhookSecrets }));
  }
  if (faults.length > 0) throw new SecretsRefused(faults);

  const { webhookSecret, connectWebhookSecret } = await ensureKeys(folder);
  const stripeValues: StripeKeys = {
    ...{ ...keysOfDouble, STRIPE_WEBHOOK_SECRET: webhookSecret },
    ...{ STRIPE_CONNECT_WEBHOOK_SECRET: connectWebhookSecret, ...stripe },
  };
  const secrets: Record<string, string[]> = { "service-keys": ["services.jwks.json"] };
  for (const service of serviceNames) secrets[service] = [`service-key=${service}.jwk.json`];
  secrets.auth?.push("token-key=access-token.jwk.json");
  for (const value of values) {
    const file = fileOf(value);
    if ((await stays(file)) === undefined)
      await replaceFile(join(folder, file), value.make(stripeValues, await read(file)));
    secrets[value.secret] = [...(secrets[value.secret] ?? []), `${value.key}=${file}`];
  }
  await writeFile(join(folder, KUSTOMIZATION), kustomization(secrets));
}

const unknownFiles = (replace: readonly string[]): string[] => {
  const files = values.map(fileOf);
  return replace
    .filter((file) => !files.includes(file))
    .map((file) => `${file} cannot be replaced alone; these can: ${files.join(", ")}`);
};

function kustomization(secrets: Readonly<Record<string, string[]>>): string {
  return stringify({
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    // Operators know them by name.
    generatorOptions: { disableNameSuffixHash: true },
    secretGenerator: Object.entries(secrets).map(([name, files]) => ({
      name,
      files,
      ...(name === "temporal-db" && {
        type: "kubernetes.io/basic-auth",
        // CloudNativePG looks at a Secret again that carries it: a new password becomes the role's.
        options: { labels: { "cnpg.io/reload": "true" } },
      }),
    })),
  });
}
