import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { startEnvoy } from "@ticketing/servers/envoy";
import { findServers } from "@ticketing/servers/find";
import type { RunningProcess } from "@ticketing/servers/launch";
import { launch } from "@ticketing/servers/launch";
import { startMongo } from "@ticketing/servers/mongo";
import { startNats } from "@ticketing/servers/nats";
import { grpcServing, httpOk } from "@ticketing/servers/probe";
import { startTemporal } from "@ticketing/servers/temporal";
import { clustersYaml } from "./envoy-clusters.ts";
import { ensureKeys } from "./keys.ts";
import type { MeshAddresses, MeshFile, SignIn } from "./mesh-file.ts";
import { readMeshFile, removeMeshFile, writeMeshFile } from "./mesh-file.ts";
import type { MeshProcess } from "./mesh-process.ts";
import { createMeshProcess } from "./mesh-process.ts";
import type { PortPlan } from "./port-plan.ts";
import { planPorts } from "./port-plan.ts";
import type { MeshContext, ServicePorts, StripeAccess } from "./process-table.ts";
import { baseEnvironment, repositoryPath, serviceProcess } from "./process-table.ts";
import type { ServiceName } from "./service-names.ts";
import { serviceNames } from "./service-names.ts";
import { makeCurrent, workerBuildId } from "./worker-version.ts";

export interface MeshOptions {
  /** Data, keys, logs and mesh.json of this mesh. */
  readonly dataDir: string;
  /** Ports at fixed offsets from this one; without it, free ones. */
  readonly portBase?: number;
  /** Settings for the services (LOCK_DURATION), Stripe's keys, MONGODB_URI. */
  readonly env?: NodeJS.ProcessEnv;
  /** How many processes each service and the worker have. */
  readonly replicas?: number;
  /** A module that every process of ours loads first (`node --import`); for tests. */
  readonly preload?: string;
  readonly progress?: (message: string) => void;
  /** A process ended by itself. By default that is only reported. */
  readonly onCrash?: (process: MeshProcess, reason: string) => void;
  /** Runs when all serve and before mesh.json says so; gives the sign-ins to publish in it. */
  readonly prepare?: (mesh: Mesh) => Promise<readonly SignIn[]>;
}

export interface Mesh {
  readonly dataDir: string;
  readonly addresses: MeshAddresses;
  /** Where each service listens (first replica), past the gateway. */
  readonly services: MeshFile["services"];
  /** Names in the order in which they are stopped; a second replica is called `tickets-2`. */
  readonly processNames: readonly string[];
  /** A process by name: mongo, nats, temporal, envoy, stripe, auth, tickets, ... */
  process(name: string): MeshProcess;
  /** Writes mesh.json again, after a process was started anew. */
  publish(): Promise<void>;
  /** Stops everything in order: the gateway first, the servers last. */
  close(): Promise<void>;
}

/** Starts the whole mesh and resolves when every part serves through the gateway. */
export async function startMesh(options: MeshOptions): Promise<Mesh> {
  const dataDir = resolve(options.dataDir);
  const env = options.env ?? {};
  const progress = options.progress ?? (() => {});
  const present = await readMeshFile(dataDir);
  if (present) {
    throw new Error(
      `A mesh runs in ${dataDir} already (process ${present.processes.launcher}); npm stop ends it.`,
    );
  }
  await mkdir(dataDir, { recursive: true });
  const [ports, keys, buildId] = await Promise.all([
    planPorts(options.portBase),
    ensureKeys(join(dataDir, "keys")),
    workerBuildId(),
    findServers(
      progress,
      env.MONGODB_URI ? ["envoy", "nats", "temporal"] : ["envoy", "nats", "temporal", "mongo"],
    ),
  ]);
  const gateway = `http://localhost:${ports.gateway}`;
  const stripe = stripeAccess(env, ports, keys.webhookSecret);
  const mesh: MeshContext = {
    keys,
    mongoUrl: env.MONGODB_URI ?? `mongodb://127.0.0.1:${ports.mongo}/`,
    natsUrl: `nats://127.0.0.1:${ports.nats}`,
    temporalAddress: `127.0.0.1:${ports.temporal}`,
    publicUrl: gateway,
    workerBuildId: buildId,
    stripe,
    settings: env,
  };
  const addresses: MeshAddresses = {
    gateway,
    gatewayAdmin: `http://127.0.0.1:${ports.gatewayAdmin}`,
    stripe: stripe.url ?? "https://api.stripe.com",
    temporal: mesh.temporalAddress,
    temporalUi: `http://localhost:${ports.temporalUi}`,
    nats: mesh.natsUrl,
    mongo: mesh.mongoUrl,
  };

  const logs = join(dataDir, "logs");
  const servers = join(dataDir, "servers");
  const processes = new Map<string, MeshProcess>();
  const begun = Date.now();
  const onCrash =
    options.onCrash ?? ((process, reason) => progress(`${process.name} ended by itself: ${reason}`));
  const start = async (name: string, run: () => Promise<RunningProcess>) => {
    const process = createMeshProcess({ name, run, onCrash });
    processes.set(name, process);
    await process.start();
    progress(`${name} serves after ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  };
  const nodeArguments = [
    "--conditions=@ticketing/source",
    ...(options.preload ? ["--import", options.preload] : []),
  ];
  const runNode = (name: string, script: string, env: NodeJS.ProcessEnv, probe: () => Promise<void>) =>
    launch({
      name,
      command: process.execPath,
      args: [...nodeArguments, script],
      cwd: repositoryPath(""),
      env,
      logFile: join(logs, `${name}.log`),
      probe,
    });

  const replicas = await planReplicas(ports, options.replicas ?? 1);
  const startService = async (service: ServiceName) => {
    const startReplica = async (replica: Replica, index: number) => {
      const name = index === 0 ? service : `${service}-${index + 1}`;
      const { script, env } = serviceProcess(service, mesh, (other) => replica[other]);
      const health = `127.0.0.1:${replica[service].internal}`;
      await start(name, () => runNode(name, script, env, () => grpcServing(health)));
    };
    await Promise.all(replicas.map(startReplica));
  };
  const startDouble = () =>
    start("stripe", () =>
      runNode(
        "stripe",
        repositoryPath("local/stripe-double/src/main.ts"),
        {
          ...baseEnvironment(),
          PORT: `${ports.stripe}`,
          STRIPE_WEBHOOK_URL: `http://127.0.0.1:${ports.gateway}/webhooks/stripe`,
          STRIPE_WEBHOOK_SECRET: keys.webhookSecret,
        },
        () => httpOk(`http://127.0.0.1:${ports.stripe}/v3/`),
      ),
    );
  const publicAddresses = (service: ServiceName) =>
    replicas.map((replica) => `127.0.0.1:${replica[service].public}`);
  const clusters = clustersYaml({
    auth: publicAddresses("auth"),
    tickets: publicAddresses("tickets"),
    orders: publicAddresses("orders"),
    payments: publicAddresses("payments"),
    catalog: publicAddresses("catalog"),
  });
  const startGateway = () =>
    start("envoy", () =>
      startEnvoy({
        dir: logs,
        config: repositoryPath("gateway/envoy.yaml"),
        overrides: clusters,
        adminPort: ports.gatewayAdmin,
      }),
    );

  const startServers = async () => {
    const mongo = env.MONGODB_URI
      ? Promise.resolve()
      : start("mongo", () => startMongo({ dir: join(servers, "mongo"), port: ports.mongo }));
    const nats = start("nats", () => startNats({ dir: join(servers, "nats"), port: ports.nats }));
    const temporal = start("temporal", () =>
      startTemporal({ dir: join(servers, "temporal"), port: ports.temporal, uiPort: ports.temporalUi }),
    );
    return { data: Promise.all([mongo, nats]), temporal };
  };

  const close = async () => {
    const stop = (names: string[]) => Promise.all(names.map((name) => processes.get(name)?.stop()));
    const replicasOf = (service: ServiceName) =>
      [...processes.keys()].filter((name) => name === service || name.startsWith(`${service}-`));
    await stop(["envoy"]);
    await stop(replicasOf("workflows"));
    await stop(serviceNames.flatMap(replicasOf));
    await stop(["stripe", "temporal", "nats", "mongo"]);
    await removeMeshFile(dataDir);
  };

  const settle = async (work: readonly Promise<unknown>[]) => {
    const failure = (await Promise.allSettled(work)).find((result) => result.status === "rejected");
    if (failure) throw failure.reason;
  };
  try {
    const { data, temporal } = await startServers();
    const worker = Promise.all([data, temporal]).then(async () => {
      await startService("workflows");
      await makeCurrent(mesh.temporalAddress, env.TEMPORAL_NAMESPACE ?? "default", buildId);
    });
    const services = serviceNames
      .filter((service) => service !== "workflows")
      .map((service) => data.then(() => startService(service)));
    await settle([
      data,
      temporal,
      worker,
      startGateway(),
      ...services,
      ...(stripe.url ? [startDouble()] : []),
    ]);
    await httpOk(`http://127.0.0.1:${ports.gateway}/.well-known/jwks.json`, 5_000);
  } catch (error) {
    await close();
    throw error;
  }

  let signIns: readonly SignIn[] = [];
  const running: Mesh = {
    dataDir,
    addresses,
    services: Object.fromEntries(
      serviceNames.map((service) => [
        service,
        describePorts(replicas[0]?.[service] ?? servicePorts(ports)[service]),
      ]),
    ),
    processNames: [...processes.keys()],
    process: (name) => {
      const process = processes.get(name);
      if (!process)
        throw new Error(`no process is called ${name}; there are ${[...processes.keys()].join(", ")}`);
      return process;
    },
    publish: async () => {
      const pids = [...processes].flatMap(([name, { pid }]) =>
        pid === undefined ? [] : [[name, pid] as const],
      );
      await writeMeshFile(dataDir, {
        addresses,
        processes: { launcher: process.pid, ...Object.fromEntries(pids) },
        services: running.services,
        signIns,
        logs,
        settings: { lockDuration: env.LOCK_DURATION ?? "15m" },
      });
    },
    close,
  };
  signIns = (await options.prepare?.(running)) ?? [];
  await running.publish();
  return running;
}

type Replica = Readonly<Record<ServiceName, ServicePorts>>;

function servicePorts(ports: PortPlan): Replica {
  return {
    auth: { public: ports.auth, internal: ports.authInternal },
    tickets: { public: ports.tickets, internal: ports.ticketsInternal },
    orders: { public: ports.orders, internal: ports.ordersInternal },
    payments: { public: ports.payments, internal: ports.paymentsInternal },
    catalog: { public: ports.catalog, internal: ports.catalogInternal },
    workflows: { internal: ports.workflowsInternal },
  };
}

/** The first replica has the planned ports, the others free ones. A replica calls its own number's services. */
async function planReplicas(ports: PortPlan, count: number): Promise<Replica[]> {
  const replicas = [servicePorts(ports)];
  for (let n = 1; n < count; n++) replicas.push(servicePorts(await planPorts()));
  return replicas;
}

function describePorts(ports: ServicePorts): { public?: string; internal: string } {
  const internal = `127.0.0.1:${ports.internal}`;
  return ports.public === undefined ? { internal } : { public: `127.0.0.1:${ports.public}`, internal };
}

/** Stripe itself when its key is given, else the double, which takes any test key. */
function stripeAccess(env: NodeJS.ProcessEnv, ports: PortPlan, webhookSecret: string): StripeAccess {
  if (!env.STRIPE_SECRET_KEY) {
    const url = `http://127.0.0.1:${ports.stripe}`;
    return { secretKey: "sk_test_double", publishableKey: "pk_test_double", webhookSecret, url };
  }
  if (!env.STRIPE_PUBLISHABLE_KEY || !env.STRIPE_WEBHOOK_SECRET) {
    throw new Error("STRIPE_SECRET_KEY needs STRIPE_PUBLISHABLE_KEY and STRIPE_WEBHOOK_SECRET beside it.");
  }
  return {
    secretKey: env.STRIPE_SECRET_KEY,
    publishableKey: env.STRIPE_PUBLISHABLE_KEY,
    webhookSecret: env.STRIPE_WEBHOOK_SECRET,
  };
}
