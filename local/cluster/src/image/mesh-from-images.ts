import { execFile } from "node:child_process";
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { serviceNames } from "@ticketing/launcher/service-names";
import { makeAuthority } from "@ticketing/servers/certificates";
import { findServer } from "@ticketing/servers/find";
import { launch, type RunningProcess } from "@ticketing/servers/launch";
import { startMongo } from "@ticketing/servers/mongo";
import { freePort } from "@ticketing/servers/ports";
import { grpcServing, httpOk, httpsOk } from "@ticketing/servers/probe";
import { startTemporal } from "@ticketing/servers/temporal";
import { ownImage } from "../configurations.ts";
import { environment } from "../environment.ts";
import { type KubernetesObject, type Workload, workloads } from "../objects.ts";
import { type BuiltStage, makeReadOnly } from "./build.ts";
import { issuedSecrets } from "./issued-secrets.ts";
import { type AddressBook, localize } from "./local-addresses.ts";
import { startNatsOf } from "./nats-of-overlay.ts";
import { projectVolumes } from "./projected-volumes.ts";
import { startTlsFront } from "./tls-front.ts";

const run = promisify(execFile);

/** What the runtime images run as. */
const USER = 65_532;

export interface ImageMesh {
  readonly gateway: string;
  readonly stripe: string;
  close(): Promise<void>;
}

interface Ports {
  readonly public: number;
  readonly internal: number;
  /** Of health alone, in plain text, for pods that speak TLS elsewhere. */
  readonly health: number;
}

/**
 * The mesh of an overlay on this machine: each process from its image's files with its pod's environment, keys and
 * user, Envoy with the configuration that the gateway's pod writes, NATS with the cluster's own configuration and
 * permissions. Its addresses are this machine's instead of the cluster's; every file of the images is read-only. What
 * the overlay has by TLS is by TLS, with certificates as cert-manager would issue them.
 */
export async function startFromImages(
  overlay: readonly KubernetesObject[],
  images: ReadonlyMap<string, BuiltStage>,
  folder: string,
): Promise<ImageMesh> {
  const running: Pick<RunningProcess, "stop">[] = [];
  const close = async () => {
    for (const process of running.toReversed()) await process.stop();
  };
  const authority = makeAuthority();
  const issued = issuedSecrets(overlay, authority);
  const objects = [...overlay, ...issued];
  const byTls = issued.length > 0;
  const host = byTls ? "localhost" : "127.0.0.1";
  try {
    const all = workloads(objects);
    const ports = new Map<string, Ports>();
    for (const { name } of all)
      ports.set(name, { public: await freePort(), internal: await freePort(), health: await freePort() });
    const logs = join(folder, "logs");
    const [mongo, temporal, nats] = await Promise.all([
      startMongo({ dir: join(folder, "mongo"), logs }),
      startTemporal({ dir: join(folder, "temporal"), logs }),
      startNatsOf({ objects, folder, logs, authority }),
    ]);
    running.push(mongo, temporal, nats);
    /** Where a server is found that speaks no TLS on this machine. */
    const front = async (port: number) => {
      if (!byTls) return port;
      const started = await startTlsFront(port, authority.issue({ names: ["localhost"] }));
      running.push({ stop: async () => started.stop() });
      return started.port;
    };
    const temporalPort = Number(temporal.address.split(":")[1]);
    const book: AddressBook = new Map([
      ["mongodb-0.mongodb-svc:27017", `${host}:${await front(mongo.port)}`],
      ["nats:4222", `${host}:${nats.port}`],
      ["temporal-frontend:7233", `${host}:${await front(temporalPort)}`],
      // Nobody: what is sent there is lost, as it may be.
      ["otel-collector:4318", "127.0.0.1:9"],
      ["gateway", `127.0.0.1:${portsOf("gateway").public}`],
      ...all.flatMap(({ name }): [string, string][] => [
        [`${name}:8080`, `${host}:${portsOf(name).public}`],
        [`${name}:9090`, `${host}:${portsOf(name).internal}`],
      ]),
    ]);

    function portsOf(name: string): Ports {
      const found = ports.get(name);
      if (!found) throw new Error(`nobody makes ${name}`);
      return found;
    }
    const prepared = new Set<string>();
    /** How a container's process is started here. */
    const prepare = async (workload: Workload) => {
      const container = [...workload.pod.initContainers, ...workload.pod.containers].find(ownImage);
      const image = container && images.get(ownImage(container) ?? "");
      if (!container || !image) throw new Error(`${workload.name} has no image of ours`);
      const home = join(folder, "pods", workload.name);
      await projectVolumes(workload.pod, objects, home);
      for (const volume of ["config", "state"]) {
        await mkdir(join(home, volume), { recursive: true });
        await chmod(join(home, volume), 0o777);
      }
      if (!prepared.has(image.root)) await makeReadOnly(image.root);
      prepared.add(image.root);
      const origin = `http://localhost:${portsOf("gateway").public}`;
      const here = portsOf(workload.name);
      const env = Object.entries({ ...image.env, ...environment(container, objects) }).map(
        ([name, value]) => [
          name,
          localize(value, book)
            .replace(/^\/(keys|config|state|tls)(?=\/|$)/, `${home}/$1`)
            .replace(/^\/app\//, `${image.root}/app/`),
        ],
      );
      return {
        command: process.execPath,
        args: container.args.length > 0 ? container.args : [...image.command],
        cwd: join(image.root, image.workdir),
        env: {
          ...Object.fromEntries(env),
          ...(origin && { PUBLIC_URL: origin, FILES_URL: origin.replace("localhost", "files.localhost") }),
          HOST: "127.0.0.1",
          PORT: `${here.public}`,
          INTERNAL_PORT: `${here.internal}`,
          ...(byTls && { HEALTH_PORT: `${here.health}` }),
        },
        home,
        here,
      };
    };
    const start = async (name: string, probe: (ports: Ports) => Promise<void>) => {
      const workload = find(all, name);
      const { home: _, here, ...process } = await prepare(workload);
      running.push(
        await launch({
          name,
          ...process,
          ...asUser,
          logFile: join(logs, `${name}.log`),
          probe: () => probe(here),
        }),
      );
    };
    const serving = ({ internal, health }: Ports) => grpcServing(`127.0.0.1:${byTls ? health : internal}`);
    const healthy = ({ public: port }: Ports) => httpOk(`http://127.0.0.1:${port}/healthz`);
    const healthyByTls = ({ public: port }: Ports) =>
      httpsOk(`https://localhost:${port}/healthz`, authority.cert);
    await Promise.all([
      ...serviceNames.map((name) => start(name, serving)),
      start("stripe-double", healthy),
      start("web", byTls ? healthyByTls : healthy),
    ]);
    const current = await prepare(find(all, "make-current"));
    await run(current.command, current.args, {
      cwd: current.cwd,
      env: current.env,
      timeout: 60_000,
      ...asUser,
    });

    const gateway = await prepare(find(all, "gateway"));
    const [ready, admin] = [await freePort(), await freePort()];
    await run(gateway.command, gateway.args, {
      cwd: gateway.cwd,
      env: { ...gateway.env, READY_PORT: `${ready}`, ADMIN_PORT: `${admin}` },
      timeout: 20_000,
      ...asUser,
    });
    running.push(
      await launch({
        name: "envoy",
        command: await findServer("envoy"),
        args: [
          ...(find(all, "gateway")
            .pod.initContainers.find(({ name }) => name === "envoy")
            ?.args.map((argument) => argument.replace(/^\/config\//, `${gateway.home}/config/`)) ?? []),
        ],
        logFile: join(logs, "envoy.log"),
        probe: () => httpOk(`http://127.0.0.1:${ready}/ready`),
      }),
    );
    return {
      gateway: `http://localhost:${gateway.here.public}`,
      stripe: `http://127.0.0.1:${portsOf("stripe-double").public}`,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Only root can become somebody else; others are not root already. */
const asUser = process.getuid?.() === 0 ? { uid: USER, gid: USER } : {};

function find(all: readonly Workload[], name: string): Workload {
  const found = all.find((workload) => workload.name === name);
  if (!found) throw new Error(`there is no workload ${name}`);
  return found;
}
