import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { databaseUri } from "@ticketing/servers/mongo";
import { brokerUrl } from "./broker-users.ts";
import { ensureKeys } from "./keys.ts";
import { type MeshFile, readMeshFile } from "./mesh-file.ts";
import { replicaFolder } from "./mesh-plan.ts";
import { readOptions } from "./options.ts";
import { baseEnvironment, repositoryPath } from "./process-table.ts";
import type { ServiceName } from "./service-names.ts";

/** What an operator runs beside a mesh: scripts of services, each with the addresses that it needs. */
const tasks: Readonly<Record<string, readonly ServiceName[]>> = {
  republish: ["auth", "tickets", "orders", "payments", "events", "deliveries", "payouts", "cases"],
  rebuild: ["operations"],
  diff: ["catalog", "operations"],
  "dead-letters": ["operations"],
  "mesh-id": ["payments"],
};

/**
 * Runs a task's script in each of its services against the mesh of `--data-dir`; the first failure ends it. What is
 * no option is the script's.
 */
const [task = "", ...options] = process.argv.slice(2);
const services = tasks[task];
if (!services) throw new Error(`the tasks are ${Object.keys(tasks).join(", ")}`);
const { dataDir, words } = readOptions(options);
const mesh = await readMeshFile(dataDir);
const { brokerPasswords } = await ensureKeys(join(dataDir, "keys"));
if (!mesh) {
  console.error("No mesh runs here; npm start starts one.");
  process.exit(1);
}
for (const service of services) {
  const script = repositoryPath(`services/${service}/commands/${task}.ts`);
  const args = ["--conditions=@ticketing/source", script, ...words];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit", env: environment(service, mesh) });
  if (status !== 0) process.exit(status ?? 1);
}

function environment(service: ServiceName, { addresses, services }: MeshFile): NodeJS.ProcessEnv {
  const catalogs = Object.keys(services).filter((name) => /^catalog(-\d+)?$/.test(name));
  const uri = (name: string) => databaseUri(addresses.mongo, name);
  return {
    ...baseEnvironment(),
    LOG_LEVEL: "warn",
    NATS_URL: brokerUrl(addresses.nats, service, brokerPasswords),
    MONGODB_URI: uri(service),
    PUBLIC_URL: addresses.gateway,
    TICKETS_MONGODB_URI: uri("tickets"),
    EVENTS_MONGODB_URI: uri("events"),
    ORDERS_MONGODB_URI: uri("orders"),
    SEARCH_FILES: catalogs.map((name) => join(replicaFolder(dataDir, name), "search.db")).join(","),
  };
}
