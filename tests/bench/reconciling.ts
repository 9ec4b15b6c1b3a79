import { setTimeout as sleep } from "node:timers/promises";
import { Client, Connection } from "@temporalio/client";
import type { TestMesh } from "../support/test-mesh.ts";

/** A run of reconciliation over everything that there is. */
export interface Reconciling {
  /** Tickets, orders, payments and PaymentIntents. */
  readonly records: number;
  readonly seconds: number;
}

/** Asks for a run beside the schedule, and waits for its end. The time includes the grace if a second look was due. */
export async function measureReconciliation(mesh: TestMesh): Promise<Reconciling> {
  const connection = await Connection.connect({ address: mesh.addresses.temporal });
  try {
    const client = new Client({ connection });
    const begun = Date.now();
    await client.schedule.getHandle("reconciliation").trigger();
    for (const end = begun + 60_000; Date.now() < end; await sleep(100)) {
      const query = `WorkflowType = 'reconciliation' AND StartTime >= '${new Date(begun).toISOString()}'`;
      for await (const { workflowId, runId } of client.workflow.list({ query })) {
        const handle = client.workflow.getHandle(workflowId, runId);
        const { compared } = (await handle.result()) as { compared: number };
        const { startTime, closeTime } = await handle.describe();
        return { records: compared, seconds: ((closeTime?.getTime() ?? 0) - startTime.getTime()) / 1000 };
      }
    }
    throw new Error("reconciliation did not run");
  } finally {
    await connection.close();
  }
}
