import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { launch } from "@ticketing/servers/launch";
import { isAlive } from "./mesh-file.ts";
import { createMeshProcess } from "./mesh-process.ts";

describe("a process of the mesh", () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "mesh-process-"));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  const sleeper = (onCrash: (reason: string) => void, drain?: () => Promise<void>) =>
    createMeshProcess({
      name: "sleeper",
      drain,
      run: () =>
        launch({
          name: "sleeper",
          command: "sleep",
          args: ["60"],
          logFile: join(dir, "sleeper.log"),
          probe: async () => {},
        }),
      onCrash: (_, reason) => onCrash(reason),
    });

  it("that somebody kills is down until it is started, and no crash", async () => {
    const crashes: string[] = [];
    const process = sleeper((reason) => crashes.push(reason));
    await process.start();
    const first = process.pid;
    await process.kill();
    expect(process.pid).toBeUndefined();
    await process.start();
    expect(process.pid).not.toBe(first);
    await process.stop();
    expect(crashes).toEqual([]);
  });

  it("that ends by itself is a crash", async () => {
    let process: ReturnType<typeof sleeper> | undefined;
    const crash = new Promise<string>((resolve) => {
      process = sleeper(resolve);
    });
    await process?.start();
    globalThis.process.kill(process?.pid ?? 0, "SIGKILL");
    expect(await crash).toBe("signal SIGKILL");
    expect(process?.pid).toBeUndefined();
  });

  it("is drained while it runs, before it is stopped; not when it is killed or does not run", async () => {
    const drained: boolean[] = [];
    let pid = 0;
    const process = sleeper(
      () => {},
      async () => {
        drained.push(isAlive(pid));
      },
    );
    await process.stop();
    await process.start();
    await process.kill();
    expect(drained).toEqual([]);
    await process.start();
    pid = process.pid ?? 0;
    await process.stop();
    expect(drained).toEqual([true]);
    expect(isAlive(pid)).toBe(false);
  });

  it("is started once when two ask at the same time", async () => {
    const process = sleeper(() => {});
    await Promise.all([process.start(), process.start()]);
    expect(process.pid).toBeDefined();
    await process.stop();
  });
});
