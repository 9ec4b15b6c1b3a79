import { chmod, mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { saleStory } from "@ticketing/launcher/demo-stories";
import { createCast } from "@ticketing/tests/support/people";
import { type KubernetesObject, workloads } from "../objects.ts";
import { removeImages } from "./build.ts";
import { buildImages, imagesOf } from "./images.ts";
import { startFromImages } from "./mesh-from-images.ts";
import { refusals } from "./nats-of-overlay.ts";

/**
 * Carries out the Dockerfile for every image of an overlay, starts the mesh from what came of it as the overlay's pods
 * would, and sells a ticket through the gateway. Returns the faults, one sentence each.
 */
export async function imageFaults(
  objects: readonly KubernetesObject[],
  progress: (message: string) => void,
): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "ticketing-images-"));
  // Who the processes run as has to get in.
  await chmod(folder, 0o755);
  try {
    const images = await buildImages(imagesOf(workloads(objects)), join(folder, "stages"), progress);
    const mesh = await startFromImages(objects, images, folder);
    try {
      await saleStory(await createCast(mesh));
    } finally {
      await mesh.close();
    }
    return (await refusals(folder)).map((line) => `NATS refused a call: ${line}`);
  } catch (error) {
    const nats = await readFile(join(folder, "logs/nats.log"), "utf8").catch(() => "");
    return [
      error instanceof Error ? error.message : String(error),
      ...nats.split("\n").filter((line) => /Violation/.test(line)),
    ];
  } finally {
    await removeImages(folder);
  }
}
