import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { type KubernetesObject, ofKind, services, workloads } from "../objects.ts";
import { type Role, roleConfig, type ServerConfig, temporalRoles } from "./server-config.ts";

/** What the server has for PostgreSQL: common/persistence/sql/sqlplugin/postgresql of the server. */
const PLUGINS = ["postgres12", "postgres12_pgx"];

const cluster = z.object({
  spec: z.object({ bootstrap: z.object({ initdb: z.object({ database: z.string() }) }) }),
});
const database = z.object({ spec: z.object({ name: z.string(), cluster: z.object({ name: z.string() }) }) });

/** What a role looks for and nobody has: a plugin, a database, the frontend; or shards that others count otherwise. */
export function dependencyFaults(
  { persistence, publicClient }: ServerConfig,
  objects: readonly KubernetesObject[],
): string[] {
  const faults: string[] = [];
  for (const { sql } of Object.values(persistence.datastores)) {
    if (!PLUGINS.includes(sql.pluginName)) faults.push(`the server has no plugin ${sql.pluginName}`);
    const [host = ""] = sql.connectAddr.split(":");
    if (!databases(host.replace(/-(rw|ro|r)(\..*)?$/, ""), objects).includes(sql.databaseName))
      faults.push(`nobody makes the database ${sql.databaseName} at ${sql.connectAddr}`);
  }
  const [host, port] = publicClient.hostPort.split(":");
  if (!services(objects).some((each) => each.name === host && each.ports.some((at) => `${at.port}` === port)))
    faults.push(`there is no frontend at ${publicClient.hostPort}`);
  const own = sharedBy(persistence);
  // One that cannot be read is told by itself.
  const differs = temporalRoles(workloads(objects)).find((other) => {
    const read = readConfig(other, objects);
    return read !== undefined && !isDeepStrictEqual(sharedBy(read.persistence), own);
  });
  if (differs) faults.push(`its shards or stores are not those of ${differs.workload.name}`);
  return faults;
}

/** What all roles have to agree on; how many connections one opens is its own matter. */
const sharedBy = ({ numHistoryShards, datastores }: ServerConfig["persistence"]) => ({
  numHistoryShards,
  stores: Object.entries(datastores).map(([name, { sql }]) => [name, sql.connectAddr, sql.databaseName]),
});

function readConfig(role: Role, objects: readonly KubernetesObject[]): ServerConfig | undefined {
  try {
    return roleConfig(role, objects);
  } catch {
    return undefined;
  }
}

const databases = (name: string, objects: readonly KubernetesObject[]): string[] => [
  ...ofKind(objects, "Cluster")
    .filter(({ metadata }) => metadata.name === name)
    .map((object) => cluster.parse(object).spec.bootstrap.initdb.database),
  ...ofKind(objects, "Database")
    .map((object) => database.parse(object).spec)
    .filter(({ cluster: { name: at } }) => at === name)
    .map((spec) => spec.name),
];
