import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DefaultLogger } from "@temporalio/worker";
import { workerBuildId } from "../src/build-id.ts";
import { bundleWorkflows } from "../src/bundle-workflows.ts";

/**
 * A command: bundles the workflows for an image, so that a worker there neither compiles nor writes anything when it
 * starts. `image.env` beside the bundle tells the worker where it is, from the folder where it runs, and which build
 * it is.
 */
const BUNDLE = "workflows/dist/workflows.js";
const root = join(import.meta.dirname, "../..");
const { code } = await bundleWorkflows(new DefaultLogger("WARN"));
await mkdir(join(root, dirname(BUNDLE)), { recursive: true });
await writeFile(join(root, BUNDLE), code);
await writeFile(
  join(root, dirname(BUNDLE), "image.env"),
  `WORKFLOW_BUNDLE=${BUNDLE}\nWORKER_BUILD_ID=${await workerBuildId()}\n`,
);
