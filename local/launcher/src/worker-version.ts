import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { findServer } from "@ticketing/servers/find";
import { QUEUES } from "@ticketing/workflows/names";
import type { MeshContext } from "./process-table.ts";

const run = promisify(execFile);

type Target = Pick<MeshContext, "temporalAddress" | "workerBuildId" | "settings">;

/** A versioned worker is given no task until its version is the current one of its queue's deployment. */
export async function makeCurrent(target: Target): Promise<void> {
  await Promise.all(QUEUES.map(({ deployment }) => makeVersionCurrent(deployment, target)));
}

/** The same for the workers of one queue, as an older release has only those of the first. */
export async function makeVersionCurrent(
  deployment: string,
  { temporalAddress, workerBuildId, settings }: Target,
): Promise<void> {
  const temporal = await findServer("temporal");
  const namespace = settings.TEMPORAL_NAMESPACE || "default";
  const args = ["worker", "deployment", "set-current-version", "--deployment-name", deployment];
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
