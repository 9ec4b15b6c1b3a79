import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { repositoryPath } from "@ticketing/launcher/process-table";
import { parseAllDocuments } from "yaml";
import { findKubectl } from "./kubectl.ts";
import { type KubernetesObject, kubernetesObject } from "./objects.ts";
import { makeSecrets } from "./secrets.ts";

const run = promisify(execFile);

/** What is built: the two forms of the mesh, and the local one as Tilt runs it. */
export const overlays = ["k8s/overlays/local", "k8s/overlays/production", "tilt"] as const;

export type Overlay = (typeof overlays)[number];

/** Builds every overlay from a copy with Secrets of its own: a developer's stay as they are. */
export async function buildOverlays(): Promise<Map<Overlay, KubernetesObject[]>> {
  const folder = await mkdtemp(join(tmpdir(), "ticketing-k8s-"));
  try {
    for (const part of ["k8s", "tilt"])
      await cp(repositoryPath(part), join(folder, part), { recursive: true });
    const secrets = join(folder, "k8s/overlays/local/secrets");
    await rm(secrets, { recursive: true, force: true });
    await makeSecrets(secrets, {});
    const built = await Promise.all(
      overlays.map(async (overlay) => [overlay, await build(join(folder, overlay))] as const),
    );
    return new Map(built);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function build(folder: string): Promise<KubernetesObject[]> {
  const { stdout } = await run(await findKubectl(), ["kustomize", folder], { maxBuffer: 64 << 20 });
  return parseAllDocuments(stdout).map((document) => kubernetesObject.parse(document.toJS()));
}
