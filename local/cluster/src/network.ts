import type { Labels, NetworkPolicy, Peer, Selector, Service } from "./objects.ts";

/** Pods that share their labels: what a workload makes, or an operator. */
export interface Pods {
  readonly name: string;
  readonly labels: Labels;
  /** Named ports, for Services that name them. */
  readonly ports: Readonly<Record<string, number>>;
}

/** A call to a port. A caller that is no pod is {@link OUTSIDE}. */
export interface Call {
  readonly from: string;
  readonly to: string;
  readonly port: number;
}

/** Anybody, from anywhere. */
export const OUTSIDE = "outside";
/** The cluster's own: its DNS, operators that look after what they made. */
export const OTHER_NAMESPACES = "other namespaces";

const foreign: readonly string[] = [OUTSIDE, OTHER_NAMESPACES];

const key = ({ from, to, port }: Call): string => `${from} → ${to}:${port}`;

/**
 * Holds what policies allow against what is called, in both directions: a call needs leave to go out and to come in,
 * and what nobody calls must not be allowed. Each fault is a sentence.
 */
export function networkFaults(
  calls: readonly Call[],
  pods: readonly Pods[],
  policies: readonly NetworkPolicy[],
): string[] {
  const out = allowed("egress", pods, policies);
  const into = allowed("ingress", pods, policies);
  const needed = new Map(calls.map((call) => [key(call), call]));
  const faults: string[] = [];
  for (const name of unguarded(pods, policies))
    faults.push(`no policy stands before ${name}: everything is allowed`);
  for (const [text, call] of needed) {
    if (!foreign.includes(call.from) && !out.has(text)) faults.push(`${text} is called and may not go out`);
    if (!foreign.includes(call.to) && !into.has(text) && !into.has(key({ ...call, from: OUTSIDE })))
      faults.push(`${text} is called and may not come in`);
  }
  for (const [text, policy] of out)
    if (!needed.has(text)) faults.push(`${text} may go out (${policy}) and is not called`);
  for (const [text, policy] of into)
    if (!needed.has(text)) faults.push(`${text} may come in (${policy}) and is not called`);
  return faults;
}

/** The pods that an address stands for, with the port that it reaches there; an address that is no Service is outside. */
export function resolve(
  address: string,
  services: readonly Service[],
  pods: readonly Pods[],
): Omit<Call, "from">[] {
  const at = address.lastIndexOf(":");
  const host = address.slice(0, at);
  const number = Number(address.slice(at + 1));
  // A pod of a headless Service has a name of its own before the Service's.
  const service = services.find(
    ({ name, headless }) => host === name || (headless && host.endsWith(`.${name}`)),
  );
  if (!service) {
    if (host.includes(".")) return [{ to: OUTSIDE, port: number }];
    throw new Error(`${address} is no Service's name`);
  }
  const port = service.ports.find(({ port }) => port === number);
  if (!port) throw new Error(`Service ${service.name} has no port ${number}`);
  return pods
    .filter(({ labels }) => matches(service.selector, labels))
    .map((target) => {
      const reached = typeof port.targetPort === "number" ? port.targetPort : target.ports[port.targetPort];
      if (reached === undefined)
        throw new Error(`${target.name} has no port that is called ${port.targetPort}`);
      // Behind a headless Service the name leads to pods themselves, whose ports are what they are.
      if (service.headless && reached !== number)
        throw new Error(
          `Service ${service.name} is headless: its port ${number} has to be the pods' ${reached}`,
        );
      return { to: target.name, port: reached };
    });
}

export const matches = (selector: Labels, labels: Labels): boolean =>
  Object.entries(selector).every(([name, value]) => labels[name] === value);

const selects = ({ matchLabels, matchExpressions }: Selector, labels: Labels): boolean =>
  matches(matchLabels, labels) &&
  matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ""));

/** Whether it leaves nobody out. */
export const isEverybody = ({ matchLabels, matchExpressions }: Selector): boolean =>
  Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;

/** Names of pods that some direction of traffic is not restricted for. */
function unguarded(pods: readonly Pods[], policies: readonly NetworkPolicy[]): string[] {
  return pods
    .filter(({ labels }) =>
      (["Ingress", "Egress"] as const).some(
        (type) =>
          !policies.some((policy) => selects(policy.podSelector, labels) && typesOf(policy).includes(type)),
      ),
    )
    .map(({ name }) => name);
}

/** What the API takes when a policy does not say it. */
const typesOf = ({ policyTypes, egress }: NetworkPolicy): string[] =>
  policyTypes ?? (egress ? ["Ingress", "Egress"] : ["Ingress"]);

/** Every call that some policy lets go out, or come in, with the policy's name. */
function allowed(
  direction: "ingress" | "egress",
  pods: readonly Pods[],
  policies: readonly NetworkPolicy[],
): Map<string, string> {
  const found = new Map<string, string>();
  for (const policy of policies) {
    const own = pods.filter(({ labels }) => selects(policy.podSelector, labels));
    const rules =
      direction === "egress"
        ? (policy.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }))
        : (policy.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }));
    for (const { peers, ports } of rules) {
      if (!ports) throw new Error(`NetworkPolicy ${policy.name} allows every port`);
      for (const other of others(peers, pods, policy.name)) {
        for (const { port } of ports) {
          for (const { name } of own) {
            const call =
              direction === "egress" ? { from: name, to: other, port } : { from: other, to: name, port };
            found.set(key(call), policy.name);
          }
        }
      }
    }
  }
  return found;
}

function others(peers: readonly Peer[] | undefined, pods: readonly Pods[], policy: string): string[] {
  if (!peers) return [OUTSIDE];
  return peers.flatMap(({ podSelector, namespaceSelector, ipBlock }) => {
    // A single address is the cluster's own, such as that of a cache of names on each node.
    if (ipBlock?.cidr.endsWith("/32")) return [OTHER_NAMESPACES];
    if (ipBlock) {
      if (!ipBlock.except.includes("10.0.0.0/8"))
        throw new Error(
          `NetworkPolicy ${policy} lets an address block in or out that holds the cluster's own`,
        );
      return [OUTSIDE];
    }
    if (namespaceSelector) return [OTHER_NAMESPACES];
    if (!podSelector || isEverybody(podSelector))
      throw new Error(`NetworkPolicy ${policy} has a peer that is everybody`);
    const selected = pods.filter(({ labels }) => selects(podSelector, labels));
    if (selected.length === 0) throw new Error(`NetworkPolicy ${policy} names pods that nobody makes`);
    return selected.map(({ name }) => name);
  });
}
