import { realpath } from "node:fs/promises";
import { join, relative } from "node:path";
import { repositoryPath } from "@ticketing/launcher/process-table";
import { ownImage } from "../configurations.ts";
import type { Workload } from "../objects.ts";
import { type BuiltStage, createBuilder } from "./build.ts";

/** How many images are built at once. */
const AT_ONCE = 2;

/** Names of all images of ours that some workload runs. */
export const imagesOf = (all: readonly Workload[]): string[] => [
  ...new Set(
    all
      .flatMap(({ pod }) => [...pod.initContainers, ...pod.containers])
      .flatMap((container) => ownImage(container) ?? []),
  ),
];

/** The folder of an image's workspace, from the root: what the Dockerfile takes as SERVICE. */
export const serviceFolder = async (image: string): Promise<string> =>
  relative(repositoryPath(""), await realpath(repositoryPath(join("node_modules/@ticketing", image))));

/** Carries out the Dockerfile for each image, up to its production stage. */
export async function buildImages(
  names: readonly string[],
  folder: string,
  progress: (message: string) => void,
): Promise<Map<string, BuiltStage>> {
  const builder = await createBuilder(folder);
  const built = new Map<string, BuiltStage>();
  const queue = [...names];
  const work = async () => {
    for (let name = queue.shift(); name; name = queue.shift()) {
      const begun = Date.now();
      built.set(name, await builder.build("production", await serviceFolder(name)));
      progress(`  ${name}: ${((Date.now() - begun) / 1000).toFixed(0)} s`);
    }
  };
  // What has begun is waited for, so that nobody writes where the caller tidies up.
  const results = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
  return built;
}
