import { DRAIN_MS } from "@ticketing/runtime/serving/drain-time";
import { LIVENESS } from "@ticketing/runtime/serving/serving-status";
import { ownImage } from "./configurations.ts";
import {
  type Container,
  type KubernetesObject,
  lasting,
  ofKind,
  type PodSpec,
  title,
  type Workload,
} from "./objects.ts";

/** What every pod has to keep; each fault is a sentence. */
export function podFaults(workload: Workload): string[] {
  const { pod } = workload;
  const name = `${workload.kind} ${workload.name}`;
  const faults: string[] = [];
  if (pod.automountServiceAccountToken) faults.push(`${name} is given a token for the Kubernetes API`);
  if (pod.hostNetwork) faults.push(`${name} is in the network of its node`);
  if (pod.enableServiceLinks) faults.push(`${name} is given variables named after Services`);
  if (pod.securityContext.seccompProfile?.type !== "RuntimeDefault")
    faults.push(`${name} has no seccomp profile`);
  for (const container of [...pod.initContainers, ...pod.containers]) {
    const own = containerFaults(container, workload);
    const runs =
      lasting(pod).includes(container) && workload.kind !== "Job" ? servingFaults(container, pod) : [];
    faults.push(...[...own, ...runs].map((fault) => `${name}, container ${container.name}: ${fault}`));
  }
  return faults;
}

/** A namespace in which Kubernetes would take pods that break these rules, such as an operator's. */
export const namespaceFaults = (objects: readonly KubernetesObject[]): string[] =>
  ofKind(objects, "Namespace")
    .filter(({ metadata }) => metadata.labels["pod-security.kubernetes.io/enforce"] !== "restricted")
    .map((object) => `${title(object)} does not enforce PodSecurity restricted`);

function containerFaults(container: Container, { pod }: Workload): string[] {
  const { securityContext, resources, ports } = container;
  const faults: string[] = [];
  const nonRoot = securityContext.runAsNonRoot ?? pod.securityContext.runAsNonRoot;
  const user = securityContext.runAsUser ?? pod.securityContext.runAsUser;
  if (!nonRoot || !user) faults.push("may run as root");
  if (securityContext.privileged) faults.push("is privileged");
  if (ports.some(({ hostPort }) => hostPort !== undefined)) faults.push("is reached past every policy");
  if (securityContext.allowPrivilegeEscalation !== false) faults.push("may gain privileges");
  if (!securityContext.capabilities?.drop.includes("ALL") || securityContext.capabilities.add.length > 0)
    faults.push("keeps capabilities");
  if (securityContext.readOnlyRootFilesystem === undefined)
    faults.push("does not say whether its root file system is read-only");
  for (const amount of ["cpu", "memory"]) {
    if (!(amount in resources.requests)) faults.push(`requests no ${amount}`);
    if (!(amount in resources.limits)) faults.push(`has no limit of ${amount}`);
  }
  if (!isFixed(container.image)) faults.push(`its image ${container.image} can change under the same name`);
  return faults;
}

/** What a process of ours may take, after it drained, to close what it holds. */
const CLOSE_SECONDS = 15;

function servingFaults(container: Container, pod: PodSpec): string[] {
  if (container.ports.length === 0) return [];
  const faults: string[] = [];
  if (!container.readinessProbe) faults.push("has no readiness probe");
  if (!container.livenessProbe) faults.push("has no liveness probe");
  for (const port of probedPorts(container))
    if (!container.ports.some(({ name, containerPort }) => port === name || port === containerPort))
      faults.push(`is asked at port ${port}, which it does not have`);
  if (ownImage(container)) faults.push(...healthFaults(container));
  if (ownImage(container) && !container.lifecycle.preStop && !isDouble(container))
    faults.push("stops without waiting for its callers to leave");
  const needed = (container.lifecycle.preStop?.sleep?.seconds ?? 0) + DRAIN_MS / 1000 + CLOSE_SECONDS;
  if (ownImage(container) && pod.terminationGracePeriodSeconds < needed)
    faults.push(`is killed after ${pod.terminationGracePeriodSeconds} s, and may need ${needed} s to end`);
  return faults;
}

const probedPorts = ({ startupProbe, readinessProbe, livenessProbe }: Container): (number | string)[] =>
  [startupProbe, readinessProbe, livenessProbe].flatMap((probe) => {
    const asked = probe?.grpc ?? probe?.httpGet ?? probe?.tcpSocket;
    return asked ? [asked.port] : [];
  });

/**
 * What one of our processes is asked of its health: whether it takes calls, and whether it answers at all. What it
 * depends on is away for all replicas at once: a probe of that would take every pod out of its Service, or restart it.
 */
function healthFaults({ readinessProbe, livenessProbe, startupProbe }: Container): string[] {
  const faults: string[] = [];
  if (readinessProbe?.grpc?.service)
    faults.push(`is ready as ${readinessProbe.grpc.service} says, not as a whole`);
  for (const probe of [livenessProbe, startupProbe])
    if (probe?.grpc && probe.grpc.service !== LIVENESS)
      faults.push("is restarted for what a restart does not help");
  return faults;
}

/** It serves one developer, who is not kept waiting for it to end. */
const isDouble = (container: Container): boolean => ownImage(container) === "stripe-double";

/**
 * A digest, or a tag that names one release. What a registry does with such a tag is its own matter: a release that
 * must not depend on it sets digests.
 */
export function isFixed(image: string): boolean {
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return true;
  const tag = /:([^:/]+)$/.exec(image)?.[1] ?? "";
  return /(?:^|-)v?\d+\.\d+(?:\.\d+)+(?:-[a-z0-9.-]+)?$/.test(tag) || /^\d+\.\d+-[a-z]+-[a-z]+$/.test(tag);
}
