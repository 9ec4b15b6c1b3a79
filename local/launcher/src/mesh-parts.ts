import { join } from "node:path";
import { alone, drainGateway } from "@ticketing/gateway/drain";
import { clustersYaml } from "@ticketing/gateway/envoy-clusters";
import { writeGatewayConfig } from "@ticketing/gateway/gateway-config";
import { forEachRouted } from "@ticketing/gateway/routed-services";
import { webhookEventTypes } from "@ticketing/payments/webhook-event-types";
import { startEnvoy } from "@ticketing/servers/envoy";
import type { RunningProcess } from "@ticketing/servers/launch";
import { launch } from "@ticketing/servers/launch";
import { startMongo } from "@ticketing/servers/mongo";
import { startNats } from "@ticketing/servers/nats";
import { grpcServing, httpOk } from "@ticketing/servers/probe";
import { startTemporal } from "@ticketing/servers/temporal";
import { type MeshPlan, type Replica, replicaFolder, replicaName } from "./mesh-plan.ts";
import { natsUsers } from "./nats-users.ts";
import { baseEnvironment, repositoryPath, serviceProcess, webProcess } from "./process-table.ts";
import { serviceNames } from "./service-names.ts";
import { buildWeb } from "./web-build.ts";
import { makeCurrent } from "./worker-version.ts";

/** The order of stopping: nothing is stopped before what calls it. */
export const stages = ["gateway", "worker", "service", "server"] as const;

/** One process of the mesh: what it waits for and how it is started, the first time and again. */
export interface MeshPart {
  readonly name: string;
  readonly stage: (typeof stages)[number];
  /** Names of the parts that have to serve before this one is started. */
  readonly needs: readonly string[];
  readonly run: () => Promise<RunningProcess>;
  /** Lets it finish what it was asked, before it is stopped; for what does not do so itself at SIGTERM. */
  readonly drain?: () => Promise<unknown>;
}

/** Every process of a planned mesh. */
export function meshParts(plan: MeshPlan, preload?: string): MeshPart[] {
  const { ports, context, dataDir, logs, replicas } = plan;
  const servers = join(dataDir, "servers");
  const flags = ["--conditions=@ticketing/source", ...(preload ? ["--import", preload] : [])];
  const runNode = (name: string, script: string, env: NodeJS.ProcessEnv, probe: () => Promise<void>) =>
    launch({
      name,
      command: process.execPath,
      args: [...flags, script],
      cwd: repositoryPath(""),
      env,
      logFile: join(logs, `${name}.log`),
      probe,
    });

  const ownDatabase = !context.settings.MONGODB_URI;
  const data = ownDatabase ? ["mongo", "nats"] : ["nats"];
  const parts: MeshPart[] = [
    {
      name: "nats",
      stage: "server",
      needs: [],
      run: async () =>
        startNats({
          dir: join(servers, "nats"),
          port: ports.nats,
          logs,
          users: await natsUsers(context.keys.brokerPasswords),
        }),
    },
    {
      name: "temporal",
      stage: "server",
      needs: [],
      run: () =>
        startTemporal({
          dir: join(servers, "temporal"),
          port: ports.temporal,
          uiPort: ports.temporalUi,
          logs,
        }),
    },
    {
      name: "envoy",
      stage: "gateway",
      needs: [],
      run: async () =>
        startEnvoy({
          dir: logs,
          config: await writeGatewayConfig(dataDir, ports.gateway, context.publicUrl, {
            files: context.settings.S3_BUCKET ? undefined : context.filesUrl,
            others: allowedOrigins(context.settings),
            addressRate: addressRate(context.settings),
            trustedProxies: trustedProxies(context.settings),
            reflection: reflection(context.settings),
          }),
          overrides: clustersYaml({
            ...publicAddresses(replicas),
            ...(plan.addresses.web && { web: [`127.0.0.1:${ports.web}`] }),
          }),
          adminPort: ports.gatewayAdmin,
        }),
      drain: () => drainGateway({ adminUrl: plan.addresses.gatewayAdmin, ...alone }),
    },
  ];
  if (ownDatabase) {
    parts.push({
      name: "mongo",
      stage: "server",
      needs: [],
      run: () => startMongo({ dir: join(servers, "mongo"), port: ports.mongo, logs }),
    });
  }
  if (context.stripe.url) {
    const env = {
      ...baseEnvironment(),
      PORT: `${ports.stripe}`,
      STRIPE_WEBHOOK_URL: `http://127.0.0.1:${ports.gateway}/webhooks/stripe`,
      STRIPE_CONNECT_WEBHOOK_URL: `http://127.0.0.1:${ports.gateway}/webhooks/stripe-connect`,
      STRIPE_CONNECT_WEBHOOK_SECRET: context.stripe.connectWebhookSecret,
      STRIPE_WEBHOOK_EVENTS: webhookEventTypes.join(","),
      STRIPE_WEBHOOK_SECRET: context.stripe.webhookSecret,
      STATE_FILE: join(dataDir, "stripe.json"),
    };
    const probe = () => httpOk(`http://127.0.0.1:${ports.stripe}/healthz`);
    const script = repositoryPath("local/stripe-double/src/main.ts");
    parts.push({
      name: "stripe",
      stage: "server",
      needs: [],
      run: () => runNode("stripe", script, env, probe),
    });
  }
  if (plan.addresses.web) {
    const runWeb = async () => {
      const { script, env } = webProcess(context, ports.web, await buildWeb(join(logs, "web-build.log")));
      return runNode("web", script, env, () => httpOk(`http://127.0.0.1:${ports.web}/healthz`));
    };
    parts.push({ name: "web", stage: "service", needs: [], run: runWeb });
  }
  for (const [index, replica] of replicas.entries()) {
    for (const service of serviceNames) {
      const name = replicaName(service, index);
      const own = { ...replica[service], folder: replicaFolder(dataDir, name) };
      const { script, env } = serviceProcess(service, context, own, replicas);
      const runService = () =>
        runNode(name, script, env, () => grpcServing(`127.0.0.1:${replica[service].internal}`));
      if (service !== "workflows") parts.push({ name, stage: "service", needs: data, run: runService });
      else {
        const runWorker = async () => {
          const worker = await runService();
          await makeCurrent(context);
          return worker;
        };
        parts.push({ name, stage: "worker", needs: [...data, "temporal"], run: runWorker });
      }
    }
  }
  return parts;
}

/** ALLOWED_ORIGINS, separated by commas. */
const allowedOrigins = ({ ALLOWED_ORIGINS = "" }: NodeJS.ProcessEnv): string[] =>
  ALLOWED_ORIGINS.split(",").flatMap((text) => (text.trim() ? [new URL(text.trim()).origin] : []));

/** ADDRESS_RATE, in calls a second; by default many, for on one machine everybody calls from the same address. */
function addressRate({ ADDRESS_RATE = "2500" }: NodeJS.ProcessEnv): number {
  const rate = Number(ADDRESS_RATE);
  if (!Number.isInteger(rate) || rate < 1)
    throw new Error(`ADDRESS_RATE is a number of calls a second, not ${ADDRESS_RATE}.`);
  return rate;
}

/** TRUSTED_PROXIES: how many proxies before the gateway are trusted to tell a client's address; none by default. */
function trustedProxies({ TRUSTED_PROXIES = "0" }: NodeJS.ProcessEnv): number {
  if (!/^([0-9]|10)$/.test(TRUSTED_PROXIES))
    throw new Error(`TRUSTED_PROXIES is a number of proxies from 0 to 10, not ${TRUSTED_PROXIES}.`);
  return Number(TRUSTED_PROXIES);
}

/** REFLECTION, on or off: whether the gateway shows the public contracts; it does by default. */
function reflection({ REFLECTION = "on" }: NodeJS.ProcessEnv): boolean {
  if (!["on", "off"].includes(REFLECTION)) throw new Error(`REFLECTION is on or off, not ${REFLECTION}.`);
  return REFLECTION === "on";
}

const publicAddresses = (replicas: readonly Replica[]) =>
  forEachRouted((service) => replicas.map((replica) => `127.0.0.1:${replica[service].public}`));
