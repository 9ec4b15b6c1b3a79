import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { configurationsOf, find, overlayObjects, spoil } from "../testing/mesh.ts";
import { validateGateway } from "./gateway.ts";

const ENVOY = "spec.template.spec.initContainers.1";
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gateway-check-"));
  await overlayObjects("k8s/overlays/production");
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What Envoy says of production's gateway, once it is spoilt. */
async function verdict(path?: string, value?: unknown) {
  const objects = await overlayObjects("k8s/overlays/production");
  if (path) spoil(find(objects, "Deployment", "gateway"), path, value);
  const gateway = (await configurationsOf(objects)).find(({ workload }) => workload.name === "gateway");
  if (!gateway) throw new Error("there is no gateway");
  return validateGateway(gateway, folder);
}

describe("Envoy, as the gateway's pod starts it,", () => {
  it("accepts arguments and configuration", async () => {
    expect(await verdict()).toContain("https://tickets.example.com");
  });

  it.each([
    ["an argument that it does not know", `${ENVOY}.args.2`, "--concurrency=2", /match for argument/],
    [
      "a file that nobody writes",
      `${ENVOY}.args.1`,
      "/config/other.yaml",
      /other\.yaml, which nobody writes/,
    ],
  ])("is at fault with %s", async (_, path, value, message) => {
    await expect(verdict(path, value)).rejects.toThrow(message);
  });
});
