import type { Configured } from "../configurations.ts";
import { type Call, OTHER_NAMESPACES, OUTSIDE, resolve } from "../network.ts";
import { allPods, allServices } from "../network-calls.ts";
import { type KubernetesObject, ofKind, type Workload, workloads } from "../objects.ts";
import { temporalRoles } from "../temporal/server-config.ts";
import { authorityKeyFaults } from "./authority-key.ts";
import { type Caller, callers } from "./callers.ts";
import { authorityOf, certificateFaults, certificates, isNamed } from "./certificates.ts";
import { insecureVariableFaults } from "./insecure-variables.ts";
import { probeFaults } from "./probes.ts";
import { renewalFaults } from "./renewal.ts";
import { type Served, servedPorts } from "./served-ports.ts";

/**
 * What is said in plain text, or to somebody who cannot show who they are, inside a mesh that is to speak TLS alone; one
 * sentence each.
 */
export function tlsFaults(
  calls: readonly Call[],
  ours: readonly Configured[],
  objects: readonly KubernetesObject[],
): string[] {
  const all = workloads(objects);
  const served = servedPorts(all, ours, objects);
  const faults = [
    ...certificateFaults(objects),
    ...authorityKeyFaults(all, objects),
    ...probeFaults(all, served),
    ...renewalFaults(all, objects),
    ...insecureVariableFaults(ours),
  ];
  const spoken = new Set<string>();
  for (const caller of callers(all, ours, objects)) {
    for (const target of targets(caller, all, objects)) {
      const at = `${target.to}:${target.port}`;
      const text = `${caller.from} → ${at}`;
      spoken.add(text);
      const how = served.get(at) ?? { plain: "nobody says how" };
      const found = target.to === OUTSIDE ? [] : callFaults(caller, how, objects);
      if (caller.fault) found.push(caller.fault);
      faults.push(...found.map((fault) => `${text}: ${fault}`));
    }
  }
  for (const { from, to, port } of callsByTls(calls, all, objects)) {
    const text = `${from} → ${to}:${port}`;
    if (!spoken.has(text)) faults.push(`${text}: nobody says that it is by TLS`);
  }
  return faults;
}

/** The pods that a caller reaches. Temporal's roles find each other's by themselves, without a Service. */
function targets({ address }: Caller, all: readonly Workload[], objects: readonly KubernetesObject[]) {
  const at = address.lastIndexOf(":");
  const role = temporalRoles(all).find(({ workload }) => workload.name === address.slice(0, at));
  if (role) return [{ to: role.workload.name, port: Number(address.slice(at + 1)) }];
  return resolve(address, allServices(objects), allPods(all, objects));
}

/** Why a call is in plain text, or one side does not believe, or should not believe, the other. */
function callFaults(caller: Caller, served: Served, objects: readonly KubernetesObject[]): string[] {
  if ("plain" in served) return [`served in plain text: ${served.plain}`];
  const made = certificates(objects);
  const shown = made.find(({ secretName }) => secretName === served.secret);
  if (!shown) return [`no Certificate makes Secret ${served.secret}`];
  const faults: string[] = [];
  if (!isNamed(shown, caller.name))
    faults.push(`Certificate ${shown.name} is not for ${caller.name || "any name"}`);
  if (!shown.usages.includes("server auth")) faults.push(`Certificate ${shown.name} is not for servers`);
  // One that is not made here, such as that of several authorities, may hold any.
  const trusted = made.find(({ secretName }) => secretName === caller.trusts);
  if (!caller.trusts) faults.push("the caller trusts nobody to vouch for it");
  else if (trusted && trusted.name !== shown.name && caller.trusts !== authorityOf(shown, objects))
    faults.push(`the caller trusts Secret ${caller.trusts}, which is not of who issues ${shown.name}`);
  const own = made.find(({ secretName }) => secretName === caller.shows);
  if (caller.shows && !own?.usages.includes("client auth"))
    faults.push(`the caller shows Secret ${caller.shows}, which is not for clients`);
  return faults;
}

/**
 * The calls from pods to pods, but for two that are others' matter: how Temporal's roles find each other, which has no
 * TLS (https://docs.temporal.io/self-hosted-guide/security), and what CloudNativePG asks its instances.
 */
function callsByTls(
  calls: readonly Call[],
  all: readonly Workload[],
  objects: readonly KubernetesObject[],
): Call[] {
  const foreign: readonly string[] = [OUTSIDE, OTHER_NAMESPACES];
  const others = new Set([
    ...temporalRoles(all).flatMap(({ workload, container }) =>
      container.ports
        .filter(({ name }) => name === "membership")
        .map(({ containerPort }) => `${workload.name}:${containerPort}`),
    ),
    ...ofKind(objects, "Cluster").map(({ metadata }) => `${metadata.name}:8000`),
  ]);
  return calls.filter(
    ({ from, to, port }) => !foreign.includes(from) && !foreign.includes(to) && !others.has(`${to}:${port}`),
  );
}
