import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { JWK } from "jose";
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import { type BrokerUser, brokerUsers, newPassword } from "./broker-users.ts";
import { serviceNames } from "./service-names.ts";

/** Files that hold the secrets of one mesh; all are readable by their owner only. */
export interface KeyFiles {
  /** The private key of one service, with which it signs its calls to other services. */
  serviceKeyFile(service: string): string;
  /** The public keys of all services. */
  readonly serviceKeysFile: string;
  /** The private key with which auth signs users' access tokens. */
  readonly tokenKeyFile: string;
  /** Signs the webhooks of the Stripe double. */
  readonly webhookSecret: string;
  /** The passwords of the broker's users: one for each service, and the operator's. */
  readonly brokerPasswords: Readonly<Record<BrokerUser, string>>;
}

/** Makes the keys of a mesh in `directory` where they are missing; what is there stays. */
export async function ensureKeys(directory: string): Promise<KeyFiles> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const serviceKeyFile = (service: string) => join(directory, `${service}.jwk.json`);
  const tokenKeyFile = join(directory, "access-token.jwk.json");
  const publicKeys: JWK[] = [];
  for (const service of serviceNames) {
    publicKeys.push(publicPart(await ensureKey(serviceKeyFile(service), service)));
  }
  await ensureKey(tokenKeyFile);
  const serviceKeysFile = join(directory, "services.jwks.json");
  await writeFile(serviceKeysFile, JSON.stringify({ keys: publicKeys }, null, 2), { mode: 0o600 });
  const webhookSecret = await ensureFile(
    join(directory, "stripe-webhook-secret"),
    async () => `whsec_double_${randomBytes(24).toString("base64url")}`,
  );
  const passwords = brokerUsers.map(async (user) => {
    const file = join(directory, `${user}.nats-password`);
    return [user, await ensureFile(file, async () => newPassword())] as const;
  });
  // Every user is among the keys.
  const brokerPasswords = Object.fromEntries(await Promise.all(passwords)) as Record<BrokerUser, string>;
  return { serviceKeyFile, serviceKeysFile, tokenKeyFile, webhookSecret, brokerPasswords };
}

/** An Ed25519 key; its id is the given one, else its thumbprint (RFC 7638). */
async function ensureKey(path: string, kid?: string): Promise<JWK> {
  const text = await ensureFile(path, async () => {
    const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
    const key = await exportJWK(privateKey);
    return JSON.stringify({
      ...key,
      kid: kid ?? (await calculateJwkThumbprint(key)),
      alg: "EdDSA",
      use: "sig",
    });
  });
  return JSON.parse(text) as JWK;
}

/** By allow-list, so that no private member can slip through. */
function publicPart({ kty, crv, x, kid, alg, use }: JWK): JWK {
  return { kty, crv, x, kid, alg, use };
}

async function ensureFile(path: string, create: () => Promise<string>): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    const text = await create();
    await writeFile(path, text, { mode: 0o600, flag: "wx" });
    return text;
  }
}
