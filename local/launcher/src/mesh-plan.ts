import { join, resolve } from "node:path";
import { forEachRouted } from "@ticketing/gateway/routed-services";
import { workerBuildId } from "@ticketing/workflows/build-id";
import { brokerUrl } from "./broker-users.ts";
import { ensureKeys, type KeyFiles } from "./keys.ts";
import type { MeshAddresses, MeshFile } from "./mesh-file.ts";
import { type PortPlan, planPorts } from "./port-plan.ts";
import type { MeshContext, ServicePorts, StripeAccess } from "./process-table.ts";
import { type ServiceName, serviceNames } from "./service-names.ts";

/** Where everything of a mesh will be, decided before anything runs. */
export interface MeshPlan {
  readonly dataDir: string;
  readonly logs: string;
  readonly ports: PortPlan;
  readonly replicas: readonly Replica[];
  readonly context: MeshContext;
  readonly addresses: MeshAddresses;
  readonly services: MeshFile["services"];
}

/** One process of each service. */
export type Replica = Readonly<Record<ServiceName, ServicePorts>>;

export interface PlanOptions {
  readonly dataDir: string;
  readonly portBase?: number;
  readonly replicas?: number;
  readonly web?: boolean;
  readonly env: NodeJS.ProcessEnv;
}

/** Chooses ports and makes keys; fails when a port of a fixed plan is taken. */
export async function planMesh({
  env,
  portBase,
  replicas: count = 1,
  ...options
}: PlanOptions): Promise<MeshPlan> {
  const dataDir = resolve(options.dataDir);
  const ports = await planPorts(portBase);
  const first = replica(ports);
  const replicas = [first];
  while (replicas.length < count) replicas.push(replica(await planPorts()));
  const keys = await ensureKeys(join(dataDir, "keys"));
  const stripe = stripeAccess(env, ports, keys);
  const context: MeshContext = {
    keys,
    mongoUrl: env.MONGODB_URI || `mongodb://127.0.0.1:${ports.mongo}/`,
    natsUrl: `nats://127.0.0.1:${ports.nats}`,
    temporalAddress: `127.0.0.1:${ports.temporal}`,
    temporalUiUrl: `http://localhost:${ports.temporalUi}`,
    publicUrl: `http://localhost:${ports.gateway}`,
    // Browsers and curl know that every name below `localhost` is this machine (RFC 6761, 6.3).
    filesUrl: env.S3_BUCKET ? env.FILES_URL || "" : `http://files.localhost:${ports.gateway}`,
    workerBuildId: await workerBuildId(),
    stripe,
    settings: env,
  };
  const addresses: MeshAddresses = {
    gateway: context.publicUrl,
    gatewayAdmin: `http://127.0.0.1:${ports.gatewayAdmin}`,
    // Same origin as the API: pages call it with cookies, and no other origin may.
    ...(options.web && { web: context.publicUrl }),
    stripe: stripe.url ?? "https://api.stripe.com",
    temporal: context.temporalAddress,
    temporalUi: context.temporalUiUrl,
    nats: brokerUrl(context.natsUrl, "operator", keys.brokerPasswords),
    mongo: context.mongoUrl,
  };
  const services = Object.fromEntries(
    replicas.flatMap((each, index) =>
      serviceNames.map((name) => [replicaName(name, index), describe(each[name])]),
    ),
  );
  return { dataDir, logs: join(dataDir, "logs"), ports, replicas, context, addresses, services };
}

/** The name of a replica's process: `tickets`, then `tickets-2`. */
export const replicaName = (service: ServiceName, index: number): string =>
  index === 0 ? service : `${service}-${index + 1}`;

/** Where the process of a replica keeps files of its own. */
export const replicaFolder = (dataDir: string, name: string): string => join(dataDir, "services", name);

function replica(ports: PortPlan): Replica {
  return {
    ...forEachRouted((name) => ({ public: ports[name], internal: ports[`${name}Internal`] })),
    workflows: { internal: ports.workflowsInternal },
  };
}

function describe(ports: ServicePorts): { public?: string; internal: string } {
  const internal = `127.0.0.1:${ports.internal}`;
  return ports.public === undefined ? { internal } : { public: `127.0.0.1:${ports.public}`, internal };
}

/** Stripe itself when its keys are given, else the double, which takes any test key. */
function stripeAccess(
  env: NodeJS.ProcessEnv,
  ports: PortPlan,
  { webhookSecret, connectWebhookSecret }: Pick<KeyFiles, "webhookSecret" | "connectWebhookSecret">,
): StripeAccess {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_PUBLISHABLE_KEY: publishableKey } = env;
  if (secretKey && publishableKey && env.STRIPE_WEBHOOK_SECRET) {
    // The person at this machine says by the key whether money moves.
    const mode = /^[a-z]+_live_/.test(secretKey) ? "live" : "test";
    return {
      ...{ mode, secretKey, publishableKey, webhookSecret: env.STRIPE_WEBHOOK_SECRET },
      // `stripe listen` signs what it forwards to both endpoints with one secret (docs.stripe.com/stripe-cli/use-cli).
      connectWebhookSecret: env.STRIPE_CONNECT_WEBHOOK_SECRET || env.STRIPE_WEBHOOK_SECRET,
      payoutsKey: env.STRIPE_PAYOUTS_SECRET_KEY || secretKey,
    };
  }
  const names = ["STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET"];
  const missing = names.filter((name) => !env[name]);
  if (missing.length < names.length) {
    throw new Error(`Stripe also needs ${missing.join(" and ")}; without all three its double is taken.`);
  }
  const url = `http://127.0.0.1:${ports.stripe}`;
  return {
    ...{ mode: "test", secretKey: "sk_test_double", publishableKey: "pk_test_double", webhookSecret, url },
    ...{ payoutsKey: "rk_test_double", connectWebhookSecret },
  };
}
