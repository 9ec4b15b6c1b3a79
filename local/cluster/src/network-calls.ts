import { ANSWERING, NAMESPACE } from "./cluster-dns.ts";
import { type Configured, called, hostsOf, ownImage } from "./configurations.ts";
import { environment } from "./environment.ts";
import { type Call, OTHER_NAMESPACES, OUTSIDE, type Pods, resolve } from "./network.ts";
import {
  type KubernetesObject,
  lasting,
  networkPolicies,
  ofKind,
  type Service,
  services,
  type Workload,
} from "./objects.ts";
import { roleConfig, temporalRoles } from "./temporal/server-config.ts";

/** Ports of the Kubernetes API, whose address differs from cluster to cluster. */
const API_PORTS = [443, 6443];

/** What replicas of the release before call and these do not; policies allow it while both run beside each other. */
export const formerCalls: readonly Call[] = [{ from: "catalog", to: "mongodb", port: 27_017 }];

/** All pods of an overlay: those of its workloads, and those that operators make of its resources. */
export function allPods(all: readonly Workload[], objects: readonly KubernetesObject[]): Pods[] {
  const own = all.map(({ name, labels, pod }) => ({
    name,
    labels,
    ports: Object.fromEntries(
      lasting(pod).flatMap(({ ports }) => ports.map(({ name, containerPort }) => [name, containerPort])),
    ),
  }));
  // https://github.com/mongodb/mongodb-kubernetes, docs/mongodbcommunity; https://cloudnative-pg.io/documentation/current/labels_annotations
  const mongo = names(objects, "MongoDBCommunity").map((name) => ({
    name,
    labels: { app: `${name}-svc` },
    ports: { mongodb: 27_017 },
  }));
  const postgres = names(objects, "Cluster").map((name) => ({
    name,
    labels: { "cnpg.io/cluster": name },
    ports: { postgres: 5432, status: 8000 },
  }));
  return [...own, ...mongo, ...postgres];
}

/** All Services of an overlay, those that operators make included. */
export function allServices(objects: readonly KubernetesObject[]): Service[] {
  return [
    ...services(objects),
    ...names(objects, "MongoDBCommunity").map((name) => ({
      name: `${name}-svc`,
      headless: true,
      selector: { app: `${name}-svc` },
      ports: [{ name: "mongodb", port: 27_017, targetPort: 27_017 }],
    })),
    ...names(objects, "Cluster").map((name) => ({
      name: `${name}-rw`,
      headless: false,
      selector: { "cnpg.io/cluster": name },
      ports: [{ name: "postgres", port: 5432, targetPort: 5432 }],
    })),
  ];
}

/** Every call of a mesh, read from the configuration of the callers. */
export function allCalls(
  all: readonly Workload[],
  ours: readonly Configured[],
  objects: readonly KubernetesObject[],
): Call[] {
  const pods = allPods(all, objects);
  const known = allServices(objects);
  const reach = (from: string, address: string): Call[] =>
    resolve(address, known, pods).map((target) => ({ from, ...target }));
  const calls: Call[] = dnsPorts(objects).flatMap((port) =>
    pods.map(({ name }) => ({ from: name, to: OTHER_NAMESPACES, port })),
  );
  const gateway = services(objects).find(({ name }) => name === "gateway");
  for (const { port } of gateway?.ports ?? []) calls.push(...reach(OUTSIDE, `gateway:${port}`));
  for (const process of ours) {
    for (const address of called(process)) calls.push(...reach(process.workload.name, address));
  }
  for (const workload of all) {
    for (const container of [...workload.pod.initContainers, ...workload.pod.containers]) {
      const env = environment(container, objects);
      for (const address of addressesOfOthers(env, ownImage(container) !== undefined)) {
        calls.push(...reach(workload.name, address));
      }
    }
  }
  return [...calls, ...clusterCalls(all, objects), ...temporalCalls(all, objects, reach)];
}

/** Where the policy `dns` says that this cluster's DNS is, at the port that it has there. */
function dnsPorts(objects: readonly KubernetesObject[]): number[] {
  const peers = networkPolicies(objects)
    .filter(({ name }) => name === "dns")
    .flatMap(({ egress = [] }) => egress.flatMap(({ to = [] }) => to));
  const spaces = peers.map(({ namespaceSelector }) => namespaceSelector?.matchLabels[NAMESPACE] ?? "");
  return (spaces.length > 0 ? spaces : ["kube-system"]).map((space) => {
    const port = ANSWERING[space]?.port;
    if (!port)
      throw new Error(`NetworkPolicy dns names the namespace ${space || "of nobody"}, which has no DNS`);
    return port;
  });
}

/** What variables say whose readers are not ours to ask; of our own processes only what their libraries read. */
function addressesOfOthers(env: Readonly<Record<string, string>>, ours: boolean): string[] {
  const telemetry = env.OTEL_EXPORTER_OTLP_ENDPOINT ? hostsOf(env.OTEL_EXPORTER_OTLP_ENDPOINT) : [];
  const webhook = env.STRIPE_WEBHOOK_URL ? hostsOf(env.STRIPE_WEBHOOK_URL) : [];
  if (ours) return [...telemetry, ...webhook];
  const named = Object.entries(env).flatMap(([name, value]) =>
    name.endsWith("_ADDRESS") ? hostsOf(value) : [],
  );
  return [...telemetry, ...named, ...(env.SQL_HOST ? [`${env.SQL_HOST}:${env.SQL_PORT}`] : [])];
}

/** Members of one set call each other; operators look after what they made. */
function clusterCalls(all: readonly Workload[], objects: readonly KubernetesObject[]): Call[] {
  const calls: Call[] = [];
  for (const { name, kind, pod } of all) {
    if (kind !== "StatefulSet") continue;
    const port = pod.containers.flatMap(({ ports }) => ports).find((each) => each.name === "cluster");
    if (port) calls.push({ from: name, to: name, port: port.containerPort });
  }
  for (const name of names(objects, "MongoDBCommunity")) {
    calls.push({ from: name, to: name, port: 27_017 });
    calls.push(...API_PORTS.map((port) => ({ from: name, to: OUTSIDE, port })));
  }
  for (const name of names(objects, "Cluster")) {
    for (const port of [5432, 8000])
      calls.push({ from: name, to: name, port }, { from: OTHER_NAMESPACES, to: name, port });
    calls.push(...API_PORTS.map((port) => ({ from: name, to: OUTSIDE, port })));
  }
  return calls;
}

/** Temporal's roles call each other at the ports of its configuration, and its database. */
function temporalCalls(
  all: readonly Workload[],
  objects: readonly KubernetesObject[],
  reach: (from: string, address: string) => Call[],
): Call[] {
  const roles = temporalRoles(all);
  if (roles.length === 0) throw new Error("nobody runs Temporal");
  return roles.flatMap((role) => {
    const { services, persistence } = roleConfig(role, objects);
    const from = role.workload.name;
    const others = Object.entries(services).map(([name, { rpc }]) => {
      const other = roles.find(({ service }) => service === name);
      if (!other) throw new Error(`nobody runs Temporal's ${name}`);
      return { to: other.workload.name, rpc };
    });
    return [
      ...others.flatMap(({ to, rpc }) =>
        [rpc.grpcPort, rpc.membershipPort].map((port) => ({ from, to, port })),
      ),
      ...Object.values(persistence.datastores).flatMap(({ sql }) => reach(from, sql.connectAddr)),
    ];
  });
}

const names = (objects: readonly KubernetesObject[], kind: string): string[] =>
  ofKind(objects, kind).map(({ metadata }) => metadata.name);
