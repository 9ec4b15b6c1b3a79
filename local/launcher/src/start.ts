import { setTimeout as sleep } from "node:timers/promises";
import { reapAll } from "@ticketing/servers/reaper";
import { type Mesh, startMesh } from "./mesh.ts";
import type { MeshProcess } from "./mesh-process.ts";
import { readOptions } from "./options.ts";
import { demoSignIns, seed } from "./seed.ts";
import { describeMesh } from "./table.ts";

const options = readOptions();
const begun = Date.now();
let mesh: Mesh | undefined;
let ending = false;

const seconds = () => `${((Date.now() - begun) / 1000).toFixed(1)} s`.padStart(7);
const progress = (message: string) => console.log(`${seconds()}  ${message}`);

/** Stops everything; a second signal does not interrupt the order. */
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  console.log("stopping");
  await mesh?.close();
  // Whatever was still being started has no handle yet.
  await reapAll();
  console.log("stopped; nothing runs any more");
  process.exit(0);
}

/** A process of the mesh that fell over is started again, as a cluster would do. */
async function restart(fallen: MeshProcess, reason: string): Promise<void> {
  progress(`${fallen.name} ended by itself (${reason})`);
  for (let wait = 500; !ending && fallen.pid === undefined; wait = Math.min(wait * 2, 15_000)) {
    await sleep(wait);
    if (ending) return;
    await fallen.start().then(
      () => progress(`${fallen.name} runs again`),
      (error: Error) => progress(`${fallen.name} does not come back: ${error.message}`),
    );
  }
  if (!ending) await mesh?.publish();
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
// The process that started this one is gone.
process.on("disconnect", end);

try {
  mesh = await startMesh({
    ...options,
    web: true,
    env: process.env,
    progress,
    onCrash: restart,
    prepare: async ({ addresses, dataDir }) => {
      await seed(addresses.gateway, dataDir, progress);
      return demoSignIns;
    },
  });
  if (!ending)
    console.log(
      `\n${await describeMesh(options.dataDir)}\nReady after ${seconds().trim()}. Ctrl-C or npm stop ends it.`,
    );
} catch (error) {
  if (!ending) {
    console.error(error instanceof Error ? error.message : error);
    await reapAll();
    process.exit(1);
  }
}
