import { execFile } from "node:child_process";
import { appendFile, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { repositoryPath } from "@ticketing/launcher/process-table";
import { parseAllDocuments, stringify } from "yaml";
import { findKubectl } from "./kubectl.ts";
import { type KubernetesObject, kubernetesObject } from "./objects.ts";
import { makeSecrets } from "./secrets.ts";

const run = promisify(execFile);

/** What is built: the two forms of the mesh, and the local one as Tilt runs it. */
export const overlays = ["k8s/overlays/local", "k8s/overlays/production", "tilt"] as const;

/** What an overlay may take in addition, by what its cluster has; each is built with production. */
export const components = [
  "k8s/components/node-local-dns",
  "k8s/components/openshift-dns",
  "k8s/components/volume-alarms",
  "k8s/components/gateway-behind-proxy",
  "k8s/components/bucket",
] as const;

/** What production takes in and a developer may; built with the local overlay. */
const forDevelopers = ["k8s/components/tls"] as const;

export type Overlay =
  | (typeof overlays)[number]
  | (typeof components)[number]
  | (typeof forDevelopers)[number];

/** Those for users, in which money moves. */
export const forUsers: readonly Overlay[] = ["k8s/overlays/production", ...components];

/** The origins that the owner of a mesh for users has to say: of the app, and of files. */
const PUBLIC_URL = "https://tickets.example.com";
const FILES_URL = "https://files.example.com";

/** What the owner of a bucket says of it, which is found at that origin, and the Secret that they bring. */
const BUCKET = "S3_BUCKET=files\nS3_ENDPOINT=https://example.com\n";
const bucketSecret = {
  secretGenerator: [{ name: "bucket", literals: ["access-key-id=none", "secret-access-key=none"] }],
  generatorOptions: { disableNameSuffixHash: true },
};

/** Of nobody; in the form of those that move money. */
const liveKeys = {
  STRIPE_MODE: "live",
  STRIPE_SECRET_KEY: "sk_live_none",
  STRIPE_PUBLISHABLE_KEY: "pk_live_none",
  STRIPE_WEBHOOK_SECRET: "whsec_none",
  STRIPE_PAYOUTS_SECRET_KEY: "rk_live_none",
  STRIPE_CONNECT_WEBHOOK_SECRET: "whsec_none_connect",
} as const;

/**
 * Builds every overlay and component from a copy with Secrets of its own: a developer's stay as they are. With those
 * for users come their origin, and the Secrets that are made for them beside the overlay.
 */
export async function buildOverlays(): Promise<Map<Overlay, KubernetesObject[]>> {
  const folder = await mkdtemp(join(tmpdir(), "ticketing-k8s-"));
  try {
    for (const part of ["k8s", "tilt"])
      await cp(repositoryPath(part), join(folder, part), { recursive: true });
    const secrets = join(folder, "k8s/overlays/local/secrets");
    await rm(secrets, { recursive: true, force: true });
    await makeSecrets(secrets);
    await makeSecrets(join(folder, "secrets"), { stripe: liveKeys });
    await appendFile(join(folder, "k8s/overlays/production/processes.env"), `PUBLIC_URL=${PUBLIC_URL}\n`);
    await appendFile(join(folder, "k8s/overlays/production/engines.env"), `FILES_URL=${FILES_URL}\n`);
    await appendFile(join(folder, "k8s/components/bucket/bucket.env"), BUCKET);
    for (const component of components) await writeWith(component, "production", folder);
    for (const component of forDevelopers) await writeWith(component, "local", folder);
    const folders = [
      ...overlays.map((overlay) => [overlay, overlay] as const),
      ...[...components, ...forDevelopers].map((component) => [component, withComponent(component)] as const),
    ];
    const applied = await build(join(folder, "secrets"));
    const built = await Promise.all(
      folders.map(async ([name, path]) => {
        const objects = await build(join(folder, path));
        return [name, forUsers.includes(name) ? [...objects, ...applied] : objects] as const;
      }),
    );
    return new Map(built);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const withComponent = (component: string): string => `${component}-in-an-overlay`;

/** An overlay as a cluster's owner, or a developer, would write it: one of ours, and a component. */
async function writeWith(component: string, overlay: string, folder: string): Promise<void> {
  const path = join(folder, withComponent(component));
  await mkdir(path);
  const kustomization = {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    namespace: "ticketing",
    resources: [`../../overlays/${overlay}`],
    components: [`../${basename(component)}`],
    ...(component === "k8s/components/bucket" && bucketSecret),
  };
  await writeFile(join(path, "kustomization.yaml"), stringify(kustomization));
}

async function build(folder: string): Promise<KubernetesObject[]> {
  const { stdout } = await run(await findKubectl(), ["kustomize", folder], { maxBuffer: 64 << 20 });
  return parseAllDocuments(stdout).map((document) => kubernetesObject.parse(document.toJS()));
}
