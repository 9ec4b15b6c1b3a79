import { isIPv4 } from "node:net";
import { parse } from "yaml";
import { z } from "zod";
import type { Configured } from "./configurations.ts";

const envoy = z.object({
  static_resources: z.object({
    clusters: z.array(
      z.object({ name: z.string(), type: z.string(), dns_lookup_family: z.string().default("AUTO") }),
    ),
  }),
});

const IPV4_FIRST = ["V4_ONLY", "V4_PREFERRED", "ALL"];

/**
 * By default Envoy takes the IPv6 addresses of a name that has both, as on a cluster of two families, and then finds
 * nobody at them: pods listen on IPv4 (`HOST`). One sentence for each of its clusters of which this is so.
 */
export function envoyDnsFaults(config: string, processes: readonly Configured[]): string[] {
  return envoy
    .parse(parse(config))
    .static_resources.clusters.filter(
      ({ type, dns_lookup_family }) => type.endsWith("_DNS") && !IPV4_FIRST.includes(dns_lookup_family),
    )
    .filter(({ name }) =>
      processes.some(({ workload, env }) => workload.name === name && isIPv4(env.HOST ?? "")),
    )
    .map(({ name }) => `Envoy looks for IPv6 addresses of ${name} first, whose pods listen on IPv4`);
}

/** Processes that have ports for others and listen on their pod's loopback, where nobody finds them. */
export const listeningFaults = (processes: readonly Configured[]): string[] =>
  processes
    .filter(({ container }) => container.ports.length > 0)
    .flatMap(({ title, env, module }) => {
      const { HOST } = module.config(env);
      return typeof HOST === "string" && /^(127\.|::1$|localhost$)/.test(HOST)
        ? [`${title} listens on ${HOST}, where nobody finds it`]
        : [];
    });
