import type { Role, ServerConfig } from "./server-config.ts";

/**
 * The names under which each service of Temporal's server tells its health: `ServiceName` and `serviceName` in
 * https://github.com/temporalio/temporal/tree/v1.32.0/service. Asked for any other, it answers NOT_FOUND, and the pod
 * is never ready.
 */
const HEALTH: Readonly<Record<string, string>> = {
  frontend: "temporal.api.workflowservice.v1.WorkflowService",
  history: "temporal.api.workflowservice.v1.HistoryService",
  matching: "temporal.api.workflowservice.v1.MatchingService",
  worker: "temporal.api.workflowservice.v1.WorkerService",
};

/** What a role's probes ask that it does not answer. */
export function probeFaults({ container, service }: Role, { services }: ServerConfig): string[] {
  const { startupProbe, readinessProbe, livenessProbe } = container;
  const faults: string[] = [];
  for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
    const grpc = probe?.grpc;
    if (grpc && grpc.service !== HEALTH[service])
      faults.push(`its health is not asked as ${HEALTH[service]}, but as ${grpc.service}`);
    if (grpc && grpc.port !== services[service]?.rpc.grpcPort)
      faults.push(`its health is asked at port ${grpc.port}, where it does not listen`);
  }
  return faults;
}
