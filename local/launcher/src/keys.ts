import { randomBytes } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { newSecretKey } from "@ticketing/runtime/process/secret-keys";
import { createFile } from "./atomic-file.ts";
import { type BrokerUser, brokerUsers, newPassword } from "./broker-users.ts";
import {
  isPublished,
  type KeyName,
  keyFile,
  keyNames,
  newKey,
  publishServiceKeys,
  readRing,
  serviceKeysFile,
} from "./key-folder.ts";
import { rolledKeys } from "./rolled-keys.ts";
import { type ServiceName, serviceNames } from "./service-names.ts";

/** Files that hold the secrets of one mesh; all are readable by their owner only. */
export interface KeyFiles {
  /** The private keys of one service; with the first it signs its calls to other services. */
  serviceKeyFile(service: ServiceName): string;
  /** The public keys of all services. */
  readonly serviceKeysFile: string;
  /** The private keys of auth; with the first it signs users' access tokens. */
  readonly tokenKeyFile: string;
  /** Signs the webhooks of the Stripe double. */
  readonly webhookSecret: string;
  /** Signs those about sellers' accounts. */
  readonly connectWebhookSecret: string;
  /** What the tickets that sellers deliver are encrypted with at rest: lost with this file. */
  readonly contentKeys: string;
  /** What search signs its page tokens with. */
  readonly pageTokenKeys: string;
  /** The passwords of the broker's users: one for each service, and the operator's. */
  readonly brokerPasswords: Readonly<Record<BrokerUser, string>>;
}

/** Makes the keys of a mesh in `directory` where they are missing; what is there stays. */
export async function ensureKeys(directory: string): Promise<KeyFiles> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const name of keyNames) await ensureKey(directory, name);
  for (const service of serviceNames) {
    const [signing] = await readRing(directory, service);
    // Otherwise the file stays as a rotation left it, which knows what it has still to publish.
    if (!(await isPublished(directory, service, signing))) await publishServiceKeys(directory);
  }
  const newSecret = async () => `whsec_double_${randomBytes(24).toString("base64url")}`;
  const webhookSecret = await ensureFile(join(directory, "stripe-webhook-secret"), newSecret);
  const connectWebhookSecret = await ensureFile(join(directory, "stripe-connect-webhook-secret"), newSecret);
  const contentKeys = await ensureFile(join(directory, "deliveries.content-keys"), async () =>
    newSecretKey(),
  );
  const pageTokenKeys = await ensureFile(join(directory, "catalog.page-token-keys"), async () =>
    rolledKeys(),
  );
  const passwords = brokerUsers.map(async (user) => {
    const file = join(directory, `${user}.nats-password`);
    return [user, await ensureFile(file, async () => newPassword())] as const;
  });
  // Every user is among the keys.
  const brokerPasswords = Object.fromEntries(await Promise.all(passwords)) as Record<BrokerUser, string>;
  return {
    serviceKeyFile: (service) => keyFile(directory, service),
    serviceKeysFile: serviceKeysFile(directory),
    tokenKeyFile: keyFile(directory, "access-token"),
    webhookSecret,
    connectWebhookSecret,
    contentKeys,
    pageTokenKeys,
    brokerPasswords,
  };
}

/** The first key of a service has the service's name for its id, which releases before this one can read. */
async function ensureKey(directory: string, name: KeyName): Promise<void> {
  await ensureFile(keyFile(directory, name), async () => {
    const key = await newKey(name);
    return JSON.stringify(name === "access-token" ? key : { ...key, kid: name });
  });
}

async function ensureFile(path: string, create: () => Promise<string>): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    const text = await create();
    await createFile(path, text);
    return text;
  }
}
