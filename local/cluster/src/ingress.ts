import { config } from "@ticketing/gateway/config";
import { z } from "zod";
import type { Configured } from "./configurations.ts";
import { resolve } from "./network.ts";
import { allPods } from "./network-calls.ts";
import {
  type KubernetesObject,
  ofKind,
  type PodSpec,
  secret,
  services,
  type Workload,
  workloads,
} from "./objects.ts";
import { certificates, isNamed, isOfMesh } from "./tls/certificates.ts";

const service = z.object({
  spec: z.object({ type: z.string().default("ClusterIP"), externalTrafficPolicy: z.string().optional() }),
});

/**
 * How callers come into a mesh for users: by https at the one origin that all processes know, with a certificate that
 * somebody provides, and so that the gateway learns their addresses. One sentence for each fault.
 */
export function ingressFaults(
  objects: readonly KubernetesObject[],
  processes: readonly Configured[],
): string[] {
  const gateway = processes.find(({ workload }) => workload.name === "gateway");
  if (!gateway) return ["there is no gateway"];
  const settings = config(gateway.env);
  const faults = [...originFaults(processes), ...addressFaults(objects, settings)];
  if (settings.TLS_TERMINATION === "none") return [...faults, `nobody ends TLS for ${settings.PUBLIC_URL}`];
  if (settings.TLS_TERMINATION === "proxy") return [...faults, ...portFaults(objects, { 80: settings.PORT })];
  // A proxy before the gateway may have any port.
  const { port } = new URL(settings.PUBLIC_URL);
  if (port) faults.push(`nobody answers at port ${port} of ${settings.PUBLIC_URL}`);
  return [
    ...faults,
    ...portFaults(objects, { 443: settings.TLS_PORT, 80: settings.PORT }),
    ...certificateFaults(objects, gateway.workload, settings),
  ];
}

/**
 * An origin that one process does not share with the others, whose pages it then refuses; of the app, and of files. Where a
 * bucket has those, its own host answers, and not the gateway.
 */
function originFaults(processes: readonly Configured[]): string[] {
  const inBucket = processes.some(({ env }) => env.S3_BUCKET);
  const gateway = processes.find(({ workload }) => workload.name === "gateway");
  if (inBucket && gateway?.env.FILES_URL) return ["the gateway would answer at the origin of the bucket"];
  return ["PUBLIC_URL", "FILES_URL"].flatMap((name) => {
    const readers = processes.filter(
      (each) => name in each.module.schema.shape && !(inBucket && name === "FILES_URL" && each === gateway),
    );
    const [first] = readers;
    return readers
      .filter(({ env }) => env[name] !== first?.env[name])
      .map(({ title, env }) => `${title} has the origin ${env[name]}, and not ${first?.env[name]}`);
  });
}

function addressFaults(objects: readonly KubernetesObject[], settings: ReturnType<typeof config>): string[] {
  const found = ofKind(objects, "Service").find(({ metadata }) => metadata.name === "gateway");
  if (!found) return ["the gateway has no Service"];
  const { type, externalTrafficPolicy } = service.parse(found).spec;
  const told = settings.PROXY_PROTOCOL === "on" || settings.TRUSTED_PROXIES > 0;
  return told || (type === "LoadBalancer" && externalTrafficPolicy === "Local")
    ? []
    : ["nobody tells the gateway its callers' addresses"];
}

/** Ports of the Service, with those of the pod that they have to reach; there is no other. */
function portFaults(
  objects: readonly KubernetesObject[],
  wanted: Readonly<Record<number, number>>,
): string[] {
  const known = services(objects);
  const pods = allPods(workloads(objects), objects);
  const ports = known.find(({ name }) => name === "gateway")?.ports ?? [];
  const missing = Object.keys(wanted).filter((port) => !ports.some((each) => `${each.port}` === port));
  return [
    ...missing.map((port) => `Service gateway has no port ${port}`),
    ...ports.flatMap(({ port }) =>
      resolve(`gateway:${port}`, known, pods)
        .filter((target) => target.port !== wanted[port])
        .map((target) => `port ${port} of Service gateway leads to ${target.port}, where it is not answered`),
    ),
  ];
}

function certificateFaults(
  objects: readonly KubernetesObject[],
  { pod }: Workload,
  { PUBLIC_TLS_DIR = "", PUBLIC_URL, FILES_URL = PUBLIC_URL }: ReturnType<typeof config>,
): string[] {
  const containers = pod.initContainers.filter(({ name }) => ["process", "envoy"].includes(name));
  const names = containers.map(({ volumeMounts }) => {
    const mount = volumeMounts.find(({ mountPath }) => mountPath === PUBLIC_TLS_DIR);
    return mount && secretOf(pod, mount.name);
  });
  const unmounted = containers.filter((_, at) => names[at] === undefined);
  if (unmounted.length > 0)
    return unmounted.map(({ name }) => `container ${name} of the gateway has no Secret at ${PUBLIC_TLS_DIR}`);
  return [...new Set(names)].flatMap((name = "") => providerFaults(objects, name, [PUBLIC_URL, FILES_URL]));
}

const secretOf = ({ volumes }: PodSpec, volume: string): string | undefined =>
  volumes.find(({ name }) => name === volume)?.secret?.secretName;

/** Nobody makes the Secret, or what is in it is for another host. One that was brought is looked at by the pod. */
function providerFaults(
  objects: readonly KubernetesObject[],
  name: string,
  origins: readonly string[],
): string[] {
  if (secret(objects, name)) return [];
  const made = certificates(objects).find(({ secretName }) => secretName === name);
  if (!made) return [`nobody makes the Secret ${name} of the gateway's certificate`];
  const faults: string[] = [];
  for (const hostname of new Set(origins.map((origin) => new URL(origin).hostname))) {
    if (!isNamed(made, hostname)) faults.push(`the certificate in ${name} is not for ${hostname}`);
  }
  if (!made.usages.includes("server auth")) faults.push(`the certificate in ${name} is not for servers`);
  if (isOfMesh(made, objects))
    faults.push(`the certificate in ${name} is issued by ${made.issuerRef.name}, whom no browser trusts`);
  return faults;
}
