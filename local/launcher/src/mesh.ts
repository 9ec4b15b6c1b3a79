import { mkdir } from "node:fs/promises";
import { findServers } from "@ticketing/servers/find";
import { httpOk } from "@ticketing/servers/probe";
import type { MeshAddresses, MeshFile, SignIn } from "./mesh-file.ts";
import { readMeshFile, removeMeshFile, writeMeshFile } from "./mesh-file.ts";
import { type MeshPart, meshParts, stages } from "./mesh-parts.ts";
import { planMesh } from "./mesh-plan.ts";
import { createMeshProcess, type MeshProcess } from "./mesh-process.ts";

export interface MeshOptions {
  /** Data, keys, logs and mesh.json of this mesh. */
  readonly dataDir: string;
  /** Ports at fixed offsets from this one; without it, free ones. */
  readonly portBase?: number;
  /** Settings for the services (LOCK_DURATION), Stripe's keys, MONGODB_URI. */
  readonly env?: NodeJS.ProcessEnv;
  /** How many processes each service and the worker have; 1 by default. */
  readonly replicas?: number;
  /** Serves the web app too, built first if its sources changed. Tests that need no browser leave it out. */
  readonly web?: boolean;
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
  /** Where each process of a service listens, past the gateway. */
  readonly services: MeshFile["services"];
  readonly processNames: readonly string[];
  /** A process by name: mongo, nats, temporal, envoy, stripe, auth, tickets, ...; a second replica is `tickets-2`. */
  process(name: string): MeshProcess;
  /** Writes mesh.json again, after a process was started anew. */
  publish(): Promise<void>;
  /** Stops everything in order: the gateway first, the servers last. */
  close(): Promise<void>;
}

/** Starts the whole mesh and resolves when every part serves through the gateway. */
export async function startMesh(options: MeshOptions): Promise<Mesh> {
  const { env = {}, progress = () => {} } = options;
  const present = await readMeshFile(options.dataDir);
  if (present) {
    const { launcher } = present.processes;
    throw new Error(`A mesh runs in ${options.dataDir} already (process ${launcher}); npm stop ends it.`);
  }
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const plan = await planMesh({ ...options, env });
  await findServers(progress, [
    "envoy",
    "nats",
    "temporal",
    ...(env.MONGODB_URI ? [] : (["mongo"] as const)),
  ]);

  const parts = meshParts(plan, options.preload);
  const onCrash =
    options.onCrash ?? ((process, reason) => progress(`${process.name} ended by itself: ${reason}`));
  const processes = new Map(parts.map((part) => [part.name, createMeshProcess({ ...part, onCrash })]));
  const process = (name: string) => {
    const found = processes.get(name);
    if (!found)
      throw new Error(`no process is called ${name}; there are ${[...processes.keys()].join(", ")}`);
    return found;
  };
  const close = async () => {
    for (const stage of stages) {
      await Promise.all(parts.filter((part) => part.stage === stage).map(({ name }) => process(name).stop()));
    }
    await removeMeshFile(plan.dataDir);
  };

  let signIns: readonly SignIn[] = [];
  const mesh: Mesh = {
    dataDir: plan.dataDir,
    addresses: plan.addresses,
    services: plan.services,
    processNames: [...processes.keys()],
    process,
    publish: () => {
      const pids = [...processes].flatMap(([name, { pid }]) =>
        pid === undefined ? [] : [[name, pid] as const],
      );
      return writeMeshFile(plan.dataDir, {
        addresses: plan.addresses,
        processes: { launcher: globalThis.process.pid, ...Object.fromEntries(pids) },
        services: plan.services,
        signIns,
        logs: plan.logs,
        settings: {
          lockDuration: env.LOCK_DURATION ?? "15m",
          ...(env.ACCESS_TOKEN_LIFETIME && { accessTokenLifetime: env.ACCESS_TOKEN_LIFETIME }),
        },
      });
    },
    close,
  };
  try {
    await startAll(parts, process, progress);
    await httpOk(`http://127.0.0.1:${plan.ports.gateway}/.well-known/jwks.json`, 5_000);
    signIns = (await options.prepare?.(mesh)) ?? [];
    await mesh.publish();
  } catch (error) {
    await close();
    throw error;
  }
  return mesh;
}

/** Starts each part as soon as what it needs serves; waits for all of them, then reports every failure. */
async function startAll(
  parts: readonly MeshPart[],
  process: (name: string) => MeshProcess,
  progress: (message: string) => void,
): Promise<void> {
  const started = new Map<string, Promise<void>>();
  const start = (part: MeshPart): Promise<void> => {
    const underway = started.get(part.name);
    if (underway) return underway;
    const begin = async () => {
      await Promise.all(parts.filter(({ name }) => part.needs.includes(name)).map(start));
      await process(part.name).start();
      progress(`${part.name} serves`);
    };
    const promise = begin();
    started.set(part.name, promise);
    return promise;
  };
  const results = await Promise.allSettled(parts.map(start));
  const failures = results.flatMap((result) =>
    result.status === "rejected" ? [result.reason as Error] : [],
  );
  if (failures.length > 0) throw new Error([...new Set(failures)].map(({ message }) => message).join("\n\n"));
}
