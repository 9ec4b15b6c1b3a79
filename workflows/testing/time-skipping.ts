import { fileURLToPath } from "node:url";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { bundleWorkflowCode, DefaultLogger, Runtime, type WorkflowBundle } from "@temporalio/worker";
import { findServer } from "@ticketing/servers/find";

/** Temporal with a clock that skips what workflows wait for, and the workflows' code. Tear the environment down. */
export async function startTimeSkipping(): Promise<{
  environment: TestWorkflowEnvironment;
  workflowBundle: WorkflowBundle;
}> {
  const logger = new DefaultLogger("ERROR");
  Runtime.install({ logger });
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: "existing-path", path: await findServer("temporal-test-server") } },
  });
  const workflowsPath = fileURLToPath(new URL("../src/workflows.ts", import.meta.url));
  return { environment, workflowBundle: await bundleWorkflowCode({ workflowsPath, logger }) };
}
