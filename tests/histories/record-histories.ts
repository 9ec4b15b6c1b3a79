/**
 * Writes `workflows/histories/<row>.json`: what a real Temporal server recorded of a real mesh, one for each row of
 * the lifecycle's table. Replays of them show that a change of workflow code can go on with workflows in flight, so
 * one that is there is never written again: `npm run record-histories [row ...]` adds those that are missing.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client, Connection } from "@temporalio/client";
import { findServer } from "@ticketing/servers/find";
import { startTestMesh } from "../support/test-mesh.ts";
import { type Recording, recordings } from "./recordings.ts";

const folder = join(import.meta.dirname, "../../workflows/histories");
const run = promisify(execFile);
const temporal = await findServer("temporal");

/**
 * Workers name themselves and their sticky queues `<pid>@<host>`, and failures say in which folder their code is; a
 * committed history names no machine.
 */
const anonymous = (json: string): string =>
  json.replace(/\d+@[\w.-]+/g, "worker").replaceAll(join(import.meta.dirname, ".."), "/ticketing");

/** Tells a row's story on a mesh of its own, so that no story's faults are another's. */
async function record(name: string, tell: Recording): Promise<void> {
  const mesh = await startTestMesh({
    LOCK_DURATION: "4s",
    LAPSE_LIMIT: "100",
    RECONCILE_EVERY: "5s",
    RECONCILE_GRACE: "2s",
  });
  const connection = await Connection.connect({ address: mesh.addresses.temporal });
  const client = new Client({ connection });
  try {
    const [seller, first, second] = await Promise.all([
      mesh.person("seller"),
      mesh.person("first"),
      mesh.person("second"),
    ]);
    const workflowId = await tell({ mesh, temporal: client, seller, first, second });
    await client.workflow.getHandle(workflowId).result();
    const args = ["workflow", "show", "--workflow-id", workflowId, "--output", "json"];
    const { stdout } = await run(temporal, [...args, "--address", mesh.addresses.temporal]);
    await writeFile(join(folder, `${name}.json`), anonymous(stdout));
    console.log(`recorded ${name}`);
  } finally {
    await connection.close();
    await mesh.close();
  }
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in recordings));
if (unknown.length > 0) throw new Error(`the rows are ${Object.keys(recordings).join(", ")}`);
await mkdir(folder, { recursive: true });
for (const [name, tell] of Object.entries(recordings)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  if (existsSync(join(folder, `${name}.json`))) console.log(`${name} is there and stays as it is`);
  else await record(name, tell);
}
process.exit(0);
