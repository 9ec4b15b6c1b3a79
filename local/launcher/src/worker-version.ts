import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { findServer } from "@ticketing/servers/find";
import { DEPLOYMENT } from "@ticketing/workflows/names";
import type { MeshContext } from "./process-table.ts";

const run = promisify(execFile);

/** A versioned worker is given no task until its version is the deployment's current one. */
export async function makeCurrent({
  temporalAddress,
  workerBuildId,
  settings,
}: Pick<MeshContext, "temporalAddress" | "workerBuildId" | "settings">): Promise<void> {
  const temporal = await findServer("temporal");
  const namespace = settings.TEMPORAL_NAMESPACE || "default";
  const args = ["worker", "deployment", "set-current-version", "--deployment-name", DEPLOYMENT];
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
