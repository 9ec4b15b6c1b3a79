import { TestWorkflowEnvironment } from "@temporalio/testing";
import { DefaultLogger, Runtime, type WorkflowBundle } from "@temporalio/worker";
import { findServer } from "@ticketing/servers/find";
import { bundleWorkflows } from "../src/bundle-workflows.ts";

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
  return { environment, workflowBundle: await bundleWorkflows(logger) };
}
