import { spawnSync } from "node:child_process";
import { findServers } from "@ticketing/servers/find";
import { findMongod } from "@ticketing/servers/find-mongod";
import { repositoryPath } from "./process-table.ts";

/**
 * What meets a database, against a real MongoDB where the machine has one (`npm run test:mongod [-- --quick]`): the
 * specs of the stores and services, the journeys, and the faults of locks, of crashes and of servers.
 */
const root = repositoryPath("");
const mongod = await findMongod(root);
if (!mongod) {
  console.log(
    "No mongod is at hand (MONGOD, PATH, mongod/mongod in a folder beside this one): nothing was run.",
  );
  process.exit(0);
}
console.log(`against ${mongod}`);
const env = { ...process.env, MONGOD: mongod };
await findServers((message) => console.log(message));

const specs = [
  "services/",
  "runtime/src/documents/document-store",
  "runtime/src/documents/select-records",
  "tests/journeys",
];
const faults = ["linearizable-lock", "crashes", "servers", "server-killed-mid-call"];
const flags = ["--disable-warning=ExperimentalWarning", "--conditions=@ticketing/source"];
const jest = repositoryPath("node_modules/jest/bin/jest.js");
const runs = [
  ["--experimental-vm-modules", ...flags, jest, ...specs],
  [...flags, repositoryPath("local/launcher/src/suite.ts"), "faults", ...process.argv.slice(2), ...faults],
];
const codes = runs.map(
  (args) => spawnSync(process.execPath, args, { stdio: "inherit", cwd: root, env }).status,
);
process.exit(codes.every((code) => code === 0) ? 0 : 1);
