import { posix } from "node:path";
import { z } from "zod";
import { environment } from "../environment.ts";
import { type KubernetesObject, lasting, ofKind, type Workload } from "../objects.ts";
import { renderedConfig, temporalRoles } from "../temporal/server-config.ts";
import { certificates } from "./certificates.ts";
import { block, natsText, setting } from "./nats-blocks.ts";
import { collectorTls } from "./served-ports.ts";

/**
 * Engines that go on showing a certificate after it was renewed, until it has ended and nobody believes them; one sentence
 * each. Our processes and Envoy read their files again by themselves; MongoDB's operator gives the members other ones.
 */
export function renewalFaults(all: readonly Workload[], objects: readonly KubernetesObject[]): string[] {
  return [
    ...all.flatMap((workload) => natsFaults(workload, objects)),
    ...all.flatMap((workload) => collectorFaults(workload, objects)),
    ...temporalFaults(all, objects),
    ...ofKind(objects, "Cluster").flatMap((cluster) => postgresFaults(cluster, objects)),
  ];
}

/** NATS reads its certificate again on a signal, from a process that can see the files and signal the server. */
function natsFaults(workload: Workload, objects: readonly KubernetesObject[]): string[] {
  const { name, pod } = workload;
  const text = natsText(workload, objects);
  const certificate = setting(block(text, "tls") ?? "", "cert_file");
  if (certificate === undefined) return [];
  const tells = lasting(pod).find(({ command }) => command.some((each) => each.endsWith("/reload.sh")));
  if (!tells) return [`nobody tells ${name} that its certificate was renewed`];
  const { TLS_DIR, PID_FILE } = environment(tells, objects);
  const faults: string[] = [];
  if (TLS_DIR !== posix.dirname(certificate))
    faults.push(`${name} is told of what changes in ${TLS_DIR}, and has its certificate from ${certificate}`);
  const pidFile = setting(text, "pid_file");
  if (PID_FILE !== pidFile) faults.push(`${name} writes its process's id to ${pidFile}, not to ${PID_FILE}`);
  for (const path of [TLS_DIR, posix.dirname(PID_FILE ?? "")])
    if (!tells.volumeMounts.some(({ mountPath }) => mountPath === path))
      faults.push(`who tells ${name} that its certificate was renewed does not have ${path}`);
  if (!pod.shareProcessNamespace)
    faults.push(`who tells ${name} that its certificate was renewed does not see its process`);
  return faults;
}

const collectorFaults = (workload: Workload, objects: readonly KubernetesObject[]): string[] =>
  collectorTls(workload, objects).some(({ reload_interval }) => reload_interval === undefined)
    ? [`${workload.name} never reads its certificate again (reload_interval)`]
    : [];

const refreshed = z.object({
  global: z.object({ tls: z.object({ refreshInterval: z.string().optional() }).optional() }),
});

function temporalFaults(all: readonly Workload[], objects: readonly KubernetesObject[]): string[] {
  return temporalRoles(all).flatMap((role) => {
    const { tls } = refreshed.parse(renderedConfig(role, objects)).global;
    return tls && !tls.refreshInterval
      ? [`${role.workload.name} never reads its certificate again (refreshInterval)`]
      : [];
  });
}

const cluster = z.object({
  spec: z.object({ certificates: z.object({ serverTLSSecret: z.string() }).optional() }),
});

/** https://cloudnative-pg.io/documentation/current/certificates: a Secret that carries the label is looked at again. */
function postgresFaults(object: KubernetesObject, objects: readonly KubernetesObject[]): string[] {
  const secret = cluster.parse(object).spec.certificates?.serverTLSSecret;
  return certificates(objects)
    .filter(({ secretName }) => secretName === secret)
    .filter(({ secretTemplate }) => secretTemplate.labels["cnpg.io/reload"] === undefined)
    .map(({ name }) => `the Secret of Certificate ${name} lacks the label cnpg.io/reload`);
}
