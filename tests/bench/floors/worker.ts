import { fileURLToPath } from "node:url";
import { Client, Connection } from "@temporalio/client";
import { DefaultLogger, NativeConnection, Runtime, Worker } from "@temporalio/worker";
import { closedLoop } from "../../support/load/closed-loop.ts";
import type { floor } from "./workflow.ts";

/** What the parent requests, and the reply when it is done. */
export type Order = { readonly do: "start" | "signal"; readonly from: number; readonly count: number };

const activities = {
  async nothing(): Promise<void> {
    done++;
  },
};
export type FloorActivities = typeof activities;

/** A worker of Temporal's with nothing of ours, and the client that starts its workflows: one process, as ours is. */
const TASK_QUEUE = "bench-floor";
let done = 0;
const [, , address = ""] = process.argv;
Runtime.install({ logger: new DefaultLogger("ERROR") });
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue: TASK_QUEUE,
  workflowsPath: fileURLToPath(new URL("./workflow.ts", import.meta.url)),
  activities,
});
const running = worker.run();
const client = new Client({ connection: await Connection.connect({ address }) });
const idOf = (n: number) => `floor-${n}`;

async function obey({ do: what, from, count }: Order): Promise<void> {
  const wanted = done + count * (what === "start" ? 1 : 4);
  const work = async (n: number) => {
    const workflowId = idOf(from + n);
    if (what === "signal") await client.workflow.getHandle(workflowId).signal("goOn");
    else await client.workflow.start<typeof floor>("floor", { workflowId, taskQueue: TASK_QUEUE });
  };
  await closedLoop(work, { inFlight: 32, ms: Number.POSITIVE_INFINITY, limit: count });
  while (done < wanted) await new Promise((resolve) => setTimeout(resolve, 20));
}

process.on("message", (order: Order) => void obey(order).then(() => process.send?.("done")));
// Temporal's runtime ends the worker at SIGTERM.
void running.finally(() => process.exit(0));
process.on("disconnect", () => process.exit(0));
process.send?.({});
