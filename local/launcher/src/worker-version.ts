import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { findServer } from "@ticketing/servers/find";
import { type MeshContext, repositoryPath } from "./process-table.ts";

const run = promisify(execFile);

/** The name under which the workers of all versions are one deployment. */
const deploymentName = "ticketing-workflows";

/** Names the code of the workflows: the same sources are the same build, changed ones are another. */
export async function workerBuildId(): Promise<string> {
  const root = repositoryPath("workflows/src");
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash("sha256");
  for (const file of files.sort()) hash.update(relative(root, file)).update(await readFile(file));
  return hash.digest("hex").slice(0, 12);
}

/** A versioned worker is given no task until its version is the deployment's current one. */
export async function makeCurrent({ temporalAddress, workerBuildId, settings }: MeshContext): Promise<void> {
  const temporal = await findServer("temporal");
  const namespace = settings.TEMPORAL_NAMESPACE || "default";
  const args = ["worker", "deployment", "set-current-version", "--deployment-name", deploymentName];
  args.push("--build-id", workerBuildId, "--address", temporalAddress, "--namespace", namespace, "--yes");
  // The server learns of a version from the worker's first poll.
  for (let attempt = 1; ; attempt++) {
    try {
      await run(temporal, args, { timeout: 10_000 });
      return;
    } catch (error) {
      if (attempt === 40)
        throw new Error(`worker version ${workerBuildId} could not be made current`, { cause: error });
      await sleep(250);
    }
  }
}
