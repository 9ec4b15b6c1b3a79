import { fileURLToPath } from "node:url";
import { bundleWorkflowCode, type Logger, type WorkflowBundleWithSourceMap } from "@temporalio/worker";

const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** The workflows as one file, which every worker runs. What all workflows can share is loaded once, not for each. */
export const bundleWorkflows = (logger: Logger): Promise<WorkflowBundleWithSourceMap> =>
  bundleWorkflowCode({
    workflowsPath: path("./workflows.ts"),
    preloadModules: [path("./short-stack-traces.ts"), "@temporalio/workflow"],
    logger,
  });
