import { spawn } from "node:child_process";
import { findServers } from "@ticketing/servers/find";
import { installServer } from "@ticketing/servers/install";
import { repositoryPath } from "./process-table.ts";

/**
 * Jest on the pinned Node, with the servers at hand, so that no test's time limit pays for a download. The database is
 * the embedded one, whatever else the machine has: `npm run test:mongod` is for a real one.
 */
const progress = (message: string) => console.log(message);
const env = { ...process.env, MONGOD: await installServer("mongo", progress) };
await findServers(progress);
const child = spawn(
  process.execPath,
  [
    ...[
      "--experimental-vm-modules",
      "--disable-warning=ExperimentalWarning",
      "--conditions=@ticketing/source",
    ],
    ...[repositoryPath("node_modules/jest/bin/jest.js"), ...process.argv.slice(2)],
  ],
  { stdio: "inherit", cwd: repositoryPath(""), env },
);
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code) => process.exit(code ?? 1));
