import { posix } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { environment } from "../environment.ts";
import { type Container, configMap, type KubernetesObject, type Workload } from "../objects.ts";
import { dependencyFaults } from "./dependencies.ts";
import { probeFaults } from "./probes.ts";
import { type Structure, structureFaults } from "./structure.ts";
import { renderTemplate } from "./template.ts";

const store = z.object({
  sql: z.object({
    pluginName: z.string(),
    databaseName: z.string(),
    connectAddr: z.string(),
    maxConns: z.int().default(0),
    maxIdleConns: z.int().default(0),
    tls: z
      .object({
        enabled: z.boolean().default(false),
        enableHostVerification: z.boolean().default(false),
        caFile: z.string().default(""),
      })
      .optional(),
  }),
});

/** How one side serves and how the others call it; without a key it serves, and without authorities it is called, in plain text. */
const tlsGroup = z.object({
  server: z.object({
    certFile: z.string().default(""),
    keyFile: z.string().default(""),
    requireClientAuth: z.boolean().default(false),
    clientCaFiles: z.array(z.string()).default([]),
  }),
  client: z.object({
    serverName: z.string().default(""),
    rootCaFiles: z.array(z.string()).default([]),
    disableHostVerification: z.boolean().default(false),
  }),
});

/** The parts of Temporal's configuration that our checks read. */
const serverConfig = z.object({
  persistence: z.object({
    numHistoryShards: z.int().min(1),
    defaultStore: z.string(),
    visibilityStore: z.string(),
    datastores: z.record(z.string(), store),
  }),
  global: z.object({
    membership: z.object({ broadcastAddress: z.string() }),
    tls: z.object({ internode: tlsGroup, frontend: tlsGroup }).optional(),
  }),
  services: z.record(z.string(), z.object({ rpc: z.object({ grpcPort: z.int(), membershipPort: z.int() }) })),
  clusterMetadata: z.object({
    masterClusterName: z.string(),
    currentClusterName: z.string(),
    clusterInformation: z.record(z.string(), z.unknown()),
  }),
  dynamicConfigClient: z.object({ filepath: z.string() }),
  publicClient: z.object({ hostPort: z.string() }),
});

export type ServerConfig = z.output<typeof serverConfig>;

/** One role of Temporal: "temporal-history" runs the service `history`. */
export interface Role {
  readonly workload: Workload;
  readonly container: Container;
  readonly service: string;
}

/** Every workload that runs a service of Temporal's server. */
export function temporalRoles(all: readonly Workload[]): Role[] {
  return all.flatMap((workload) =>
    workload.pod.containers
      .filter(({ image }) => /(^|\/)temporalio\/server[:@]/.test(image))
      .map((container) => {
        const service = container.args[container.args.indexOf("--service") + 1] ?? "";
        return { workload, container, service };
      }),
  );
}

/** What a role reads as its configuration, rendered with the environment of its pod. */
export function renderedConfig(role: Role, objects: readonly KubernetesObject[]): unknown {
  const env = environment(role.container, objects);
  const path = env.TEMPORAL_SERVER_CONFIG_FILE_PATH;
  const text = path && mountedFile(role, path, objects);
  if (!text) throw new Error(`there is no file ${path}`);
  return parse(renderTemplate(text, env), { logLevel: "error" });
}

/** The configuration of a role, as far as the checks read it. Throws where the server would not start. */
export function roleConfig(role: Role, objects: readonly KubernetesObject[]): ServerConfig {
  const result = serverConfig.safeParse(renderedConfig(role, objects));
  if (result.success) return result.data;
  throw new Error(`${role.workload.name}: ${z.prettifyError(result.error)}`);
}

/** What keeps a role of Temporal from starting, or is lost on it; one sentence each. */
export function roleFaults(
  role: Role,
  objects: readonly KubernetesObject[],
  { version, config: structure }: { version: string; config: Structure },
): string[] {
  const faults = temporalFaults(role, objects, structure);
  const tag = /:([^:@/]+)(?:@|$)/.exec(role.container.image)?.[1];
  if (tag !== version)
    faults.push(`${role.container.image} is not ${version}, whose structure of the configuration is known`);
  return faults.map((fault) => `${role.workload.name}: ${fault}`);
}

function temporalFaults(role: Role, objects: readonly KubernetesObject[], structure: Structure): string[] {
  let rendered: unknown;
  try {
    rendered = renderedConfig(role, objects);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  const misfits = structureFaults(rendered, structure);
  const result = serverConfig.safeParse(rendered);
  if (!result.success)
    return [...misfits, ...result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`)];
  return [
    ...misfits,
    ...ruleFaults(result.data, role, objects),
    ...dependencyFaults(result.data, objects),
    ...probeFaults(role, result.data),
  ];
}

/** What the server asks of the values: `Validate` in common/config, and what it looks up when it starts. */
function ruleFaults(
  { persistence, global, services, clusterMetadata, dynamicConfigClient }: ServerConfig,
  role: Role,
  objects: readonly KubernetesObject[],
): string[] {
  const faults: string[] = [];
  for (const name of [persistence.defaultStore, persistence.visibilityStore]) {
    if (!persistence.datastores[name]) faults.push(`persistence.datastores has no ${name}`);
  }
  for (const name of [clusterMetadata.masterClusterName, clusterMetadata.currentClusterName]) {
    if (!(name in clusterMetadata.clusterInformation))
      faults.push(`clusterMetadata.clusterInformation has no ${name}`);
  }
  if (!services[role.service]) faults.push(`services has no ${role.service || "service, and none is named"}`);
  // The others of the ring reach a pod at its own address, which the environment of a check has by the field's name.
  if (global.membership.broadcastAddress !== "status.podIP")
    faults.push(`global.membership.broadcastAddress is ${global.membership.broadcastAddress}, not the pod's`);
  if (mountedFile(role, dynamicConfigClient.filepath, objects) === undefined)
    faults.push(`there is no file ${dynamicConfigClient.filepath}`);
  return faults;
}

/** The text of a file that a container has from a ConfigMap. */
function mountedFile(
  { workload, container }: Role,
  path: string,
  objects: readonly KubernetesObject[],
): string | undefined {
  const mount = container.volumeMounts.find(({ mountPath }) => mountPath === posix.dirname(path));
  const volume = workload.pod.volumes.find(({ name }) => name === mount?.name);
  return volume?.configMap && configMap(objects, volume.configMap.name)?.[posix.basename(path)];
}
