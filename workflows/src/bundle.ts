import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleWorkflowCode, DefaultLogger } from "@temporalio/worker";
import { workerBuildId } from "./build-id.ts";

/**
 * A command: bundles the workflows for an image, so that a worker there neither compiles nor writes anything when it
 * starts. `image.env` beside the bundle tells the worker where it is and which build it is.
 */
const folder = join(import.meta.dirname, "../dist");
const bundle = join(folder, "workflows.js");
const { code } = await bundleWorkflowCode({
  workflowsPath: join(import.meta.dirname, "workflows.ts"),
  logger: new DefaultLogger("WARN"),
});
await mkdir(folder, { recursive: true });
await writeFile(bundle, code);
await writeFile(
  join(folder, "image.env"),
  `WORKFLOW_BUNDLE=${bundle}\nWORKER_BUILD_ID=${await workerBuildId()}\n`,
);
