import { isEverybody } from "./network.ts";
import type { NetworkPolicy } from "./objects.ts";

/** The label that every namespace has its name in. */
export const NAMESPACE = "kubernetes.io/metadata.name";

/** The pods that answer for names, by the namespace in which a kind of cluster has them: one label, and their port. */
export const ANSWERING: Readonly<
  Record<string, { readonly label: readonly [string, string]; readonly port: number }>
> = {
  "kube-system": { label: ["k8s-app", "kube-dns"], port: 53 },
  "openshift-dns": { label: ["dns.operator.openshift.io/daemonset-dns", "default"], port: 5353 },
};

/**
 * Whom the policy `dns` keeps from looking names up: it has to name the pods that answer, by both protocols, since an
 * answer that is too long for one is asked for by the other. One sentence each.
 */
export function dnsFaults(policies: readonly NetworkPolicy[]): string[] {
  const policy = policies.find(({ name }) => name === "dns");
  if (!policy) return ["there is no NetworkPolicy dns"];
  const faults: string[] = [];
  if (!isEverybody(policy.podSelector)) faults.push("NetworkPolicy dns is not for every pod");
  for (const { to = [], ports = [] } of policy.egress ?? []) {
    for (const { namespaceSelector, podSelector } of to) {
      const space = namespaceSelector?.matchLabels[NAMESPACE] ?? "";
      const answering = ANSWERING[space];
      if (!answering) {
        faults.push(`NetworkPolicy dns names the namespace ${space || "of nobody"}, which has no DNS`);
        continue;
      }
      const [label, value] = answering.label;
      for (const [name, text] of Object.entries(podSelector?.matchLabels ?? {}))
        if (name !== label || text !== value)
          faults.push(`NetworkPolicy dns names pods with ${name}: ${text}, and ${label}: ${value} answer`);
      for (const wanted of ["UDP", "TCP"])
        if (!ports.some(({ port, protocol }) => port === answering.port && protocol === wanted))
          faults.push(`NetworkPolicy dns does not open port ${answering.port} by ${wanted}`);
    }
  }
  return faults;
}
