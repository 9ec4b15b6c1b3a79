import { z } from "zod";
import { environment } from "../environment.ts";
import { type KubernetesObject, ofKind, workloads } from "../objects.ts";
import { peakPods } from "../peak-pods.ts";
import { type Role, roleConfig, temporalRoles } from "./server-config.ts";

/**
 * Connections of PostgreSQL that are nobody's to plan with: three are kept for superusers
 * (`superuser_reserved_connections`), the operator's instance manager and its metrics take a few, and people some.
 */
const RESERVE = 15;

const cluster = z.object({
  spec: z.object({
    postgresql: z.object({ parameters: z.object({ max_connections: z.coerce.number().int() }) }),
  }),
});

/** Whoever connects to a database: how many pods at once, with how many connections each. */
interface Client {
  readonly name: string;
  readonly pods: number;
  readonly connections: number;
}

/**
 * Holds the connections that Temporal's pods may open, at the end of every autoscaler and amid a rolling update, against
 * those that PostgreSQL takes. Each fault is a sentence.
 */
export function connectionFaults(objects: readonly KubernetesObject[]): string[] {
  return ofKind(objects, "Cluster").flatMap((object) => {
    const { name } = object.metadata;
    const parsed = cluster.safeParse(object);
    if (!parsed.success)
      return [`Cluster ${name} does not say how many connections it takes (max_connections)`];
    const limit = parsed.data.spec.postgresql.parameters.max_connections;
    const clients = [...rolesOf(objects, name), ...jobsOf(objects, name)];
    if (clients.length === 0) return [`nobody is known to use Cluster ${name}`];
    const endless = clients.filter(({ connections }) => !Number.isFinite(connections));
    if (endless.length > 0)
      return endless.map(
        (client) => `${client.name} opens connections to ${name} without a limit (maxConns)`,
      );
    const needed = clients.reduce((sum, { pods, connections }) => sum + pods * connections, RESERVE);
    if (needed <= limit) return [];
    const parts = clients.map((client) => `${client.name} ${client.pods} × ${client.connections}`);
    return [
      `Cluster ${name} takes ${limit} connections and needs ${needed}: ${parts.join(", ")}, reserve ${RESERVE}`,
    ];
  });
}

/** A process has one pool for each store of its configuration (common/persistence/sql/factory.go of the server). */
function rolesOf(objects: readonly KubernetesObject[], database: string): Client[] {
  return temporalRoles(workloads(objects)).map((role) => ({
    name: role.workload.name,
    pods: peakPods(deploymentOf(role, objects), objects),
    connections: Object.values(roleConfig(role, objects).persistence.datastores)
      .filter(({ sql }) => isAt(sql.connectAddr, database))
      // Without a limit, or with 0, database/sql opens as many as are asked for.
      .reduce((sum, { sql }) => sum + (sql.maxConns > 0 ? sql.maxConns : Number.POSITIVE_INFINITY), 0),
  }));
}

/** The tool that makes the tables works with one connection. */
function jobsOf(objects: readonly KubernetesObject[], database: string): Client[] {
  return workloads(objects)
    .filter(({ kind }) => kind === "Job")
    .filter(({ pod }) =>
      pod.containers.some((container) => isAt(environment(container, objects).SQL_HOST ?? "", database)),
    )
    .map(({ name }) => ({ name, pods: 1, connections: 1 }));
}

/** Whether an address is one of the Services that CloudNativePG makes for a cluster. */
const isAt = (address: string, database: string): boolean =>
  new RegExp(`^${database}-(rw|ro|r)(\\..+)?(:\\d+)?$`).test(address);

function deploymentOf({ workload }: Role, objects: readonly KubernetesObject[]): KubernetesObject {
  const found = ofKind(objects, workload.kind).find(({ metadata }) => metadata.name === workload.name);
  if (!found) throw new Error(`there is no ${workload.kind} ${workload.name}`);
  return found;
}
