import { type Container, lasting, type Workload } from "../objects.ts";
import type { ServedPorts } from "./served-ports.ts";

/**
 * Probes that can have no answer: the kubelet's for gRPC speak no TLS, and those for HTTP do where they say so, without
 * looking at the certificate. https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes
 */
export function probeFaults(all: readonly Workload[], served: ServedPorts): string[] {
  return all.flatMap(({ name, pod }) =>
    lasting(pod).flatMap((container) =>
      (["startupProbe", "readinessProbe", "livenessProbe"] as const).flatMap((kind) => {
        const { grpc, httpGet } = container[kind] ?? {};
        const byTls = (of: number | string) => {
          const how = served.get(`${name}:${numberOf(container, of)}`);
          return how !== undefined && "secret" in how;
        };
        if (grpc && byTls(grpc.port)) return [`${name}: ${kind} asks port ${grpc.port} without TLS`];
        if (httpGet && byTls(httpGet.port) !== (httpGet.scheme === "HTTPS"))
          return [`${name}: ${kind} asks port ${httpGet.port} by ${httpGet.scheme}`];
        return [];
      }),
    ),
  );
}

const numberOf = ({ ports }: Container, of: number | string): number | undefined =>
  typeof of === "number" ? of : ports.find(({ name }) => name === of)?.containerPort;
