import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { DefaultLogger, Worker, type WorkflowBundle } from "@temporalio/worker";
import { bundleWorkflows } from "./bundle-workflows.ts";

const histories = fileURLToPath(new URL("../histories/", import.meta.url));
const names = (await readdir(histories)).filter((name) => name.endsWith(".json"));
let workflowBundle: WorkflowBundle;

beforeAll(async () => {
  workflowBundle = await bundleWorkflows(new DefaultLogger("ERROR"));
}, 60_000);

const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(histories + name, "utf8"));

describe("workflows that a real server recorded", () => {
  it.each(names)(
    "go on with today's code: %s",
    async (name) => {
      await Worker.runReplayHistory({ workflowBundle }, await read(name));
    },
    30_000,
  );

  it("do not go on with code that does something else", async () => {
    const history = JSON.stringify(await read("complete.json")).replaceAll('"orderLifecycle"', '"refund"');
    await expect(Worker.runReplayHistory({ workflowBundle }, JSON.parse(history))).rejects.toThrow();
  }, 30_000);
});
