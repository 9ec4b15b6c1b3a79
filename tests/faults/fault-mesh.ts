import { existsSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { MeshProcess } from "@ticketing/launcher/mesh-process";
import { startTestMesh, type TestMesh } from "../support/test-mesh.ts";

/** A mesh whose processes can be made to die at a chosen place, and are started again as a cluster would do. */
export interface FaultMesh extends TestMesh {
  /** The named process dies when it passes this place for the `nth` time; the next arming replaces this one. */
  arm(process: string, place: string, nth?: number): void;
  /** The server dies when the process passes this place: amid what the process asks of it. */
  armAgainst(server: string, process: string, place: string): void;
  /** Whether what was armed died at its place, or does within half a minute: the story may be told sooner. */
  died(process: string): Promise<boolean>;
  /** Waits until the process serves again: the next story needs all of them. */
  serves(process: string): Promise<void>;
}

/** `downMs`: how long a process that died stays down. */
export async function startFaultMesh(env: NodeJS.ProcessEnv = {}, downMs = 0): Promise<FaultMesh> {
  const dir = await mkdtemp(join(tmpdir(), "ticketing-failpoints-"));
  const module = pathToFileURL(join(import.meta.dirname, "failpoints.ts"));
  module.searchParams.set("dir", dir);
  let open = true;
  /** As a cluster does: again and again, for what died may die once more before it serves. */
  async function revive(process: MeshProcess): Promise<void> {
    for (await sleep(downMs); open; await sleep(200)) {
      try {
        return await process.start();
      } catch {
        // Its place was armed again meanwhile.
      }
    }
  }
  const mesh = await startTestMesh(env, {
    preload: module.href,
    onCrash: (process) => void revive(process),
  });
  return {
    ...mesh,
    arm: (process, place, nth = 1) =>
      writeFileSync(join(dir, process), JSON.stringify({ place, skip: nth - 1 })),
    armAgainst: (server, process, place) =>
      writeFileSync(join(dir, process), JSON.stringify({ place, skip: 0, pid: mesh.process(server).pid })),
    async died(process) {
      const armed = join(dir, process);
      for (let n = 0; existsSync(armed) && n < 300; n++) await sleep(100);
      const alive = existsSync(armed);
      rmSync(armed, { force: true });
      return !alive;
    },
    async serves(process) {
      for (let n = 0; mesh.process(process).pid === undefined; n++) {
        if (n === 600) throw new Error(`${process} did not come back`);
        await sleep(100);
      }
    },
    async close() {
      open = false;
      await mesh.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
