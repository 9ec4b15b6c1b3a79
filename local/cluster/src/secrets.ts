import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brokerUsers, newPassword } from "@ticketing/launcher/broker-users";
import { ensureKeys } from "@ticketing/launcher/keys";
import { serviceNames } from "@ticketing/launcher/service-names";
import { stringify } from "yaml";

const stripeKeys = {
  "stripe-secret-key": ["STRIPE_SECRET_KEY", "sk_test_double"],
  "stripe-publishable-key": ["STRIPE_PUBLISHABLE_KEY", "pk_test_double"],
  "stripe-webhook-secret": ["STRIPE_WEBHOOK_SECRET", undefined],
} as const;

/**
 * Makes what the pods' Secrets hold, in `folder`, as files with a kustomization beside them: keys by the code that
 * makes a bare machine's, passwords at random, Stripe's keys from the environment or the double's. What is there stays.
 */
export async function makeSecrets(folder: string, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const keys = await ensureKeys(folder);
  const secrets: Record<string, string[]> = { "service-keys": ["services.jwks.json"] };
  const add = async (secret: string, key: string, make: () => string) => {
    const file = `${secret}.${key}`;
    await ensureFile(join(folder, file), make);
    secrets[secret] = [...(secrets[secret] ?? []), `${key}=${file}`];
  };
  for (const service of serviceNames) {
    secrets[service] = [`service-key=${service}.jwk.json`];
    if (service !== "workflows") await add(service, "mongodb-password", newPassword);
  }
  for (const user of brokerUsers) await add(user, "nats-password", newPassword);
  secrets.auth?.push("token-key=access-token.jwk.json");
  for (const [key, [variable, double]] of Object.entries(stripeKeys)) {
    await add("payments", key, () => env[variable] || double || keys.webhookSecret);
  }
  await add("temporal-db", "username", () => "temporal");
  await add("temporal-db", "password", newPassword);
  await writeFile(join(folder, "kustomization.yaml"), kustomization(secrets));
}

function kustomization(secrets: Readonly<Record<string, string[]>>): string {
  return stringify({
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    // Operators know them by name.
    generatorOptions: { disableNameSuffixHash: true },
    secretGenerator: Object.entries(secrets).map(([name, files]) => ({
      name,
      files,
      ...(name === "temporal-db" && { type: "kubernetes.io/basic-auth" }),
    })),
  });
}

async function ensureFile(path: string, make: () => string): Promise<void> {
  try {
    await readFile(path);
  } catch {
    await mkdir(join(path, ".."), { recursive: true, mode: 0o700 });
    await writeFile(path, make(), { mode: 0o600, flag: "wx" });
  }
}
