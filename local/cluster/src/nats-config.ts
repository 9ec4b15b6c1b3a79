import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Authority, makeAuthority } from "@ticketing/servers/certificates";
import { findServer } from "@ticketing/servers/find";
import { environment } from "./environment.ts";
import { configMap, type KubernetesObject, ofKind, workloads } from "./objects.ts";

const run = promisify(execFile);

/** A broker's configuration as files on this machine, and the environment that they refer to. */
export interface NatsConfig {
  readonly file: string;
  readonly env: Record<string, string>;
  /** A folder as TLS_DIR names it, from which the broker has its certificate, if it speaks TLS. */
  readonly tlsDir?: string;
}

/**
 * Writes the files of the broker's ConfigMap into `folder`, changed by `here` for this machine. A certificate that they
 * name is one for `localhost`, issued by `authority`, else by one of its own.
 */
export async function writeNatsConfig(
  objects: readonly KubernetesObject[],
  folder: string,
  here: (text: string) => string = (text) => text,
  authority: Authority = makeAuthority(),
): Promise<NatsConfig> {
  const holder = ofKind(objects, "ConfigMap").find(({ metadata }) => /^nats-/.test(metadata.name));
  const files = holder && configMap(objects, holder.metadata.name);
  const container = workloads(objects).find(({ name }) => name === "nats")?.pod.containers[0];
  if (!files || !container) throw new Error("there is no broker");
  const tlsDir = join(folder, "tls");
  const byTls = container.volumeMounts.some(({ mountPath }) => mountPath === "/tls");
  await mkdir(tlsDir, { recursive: true });
  if (byTls) await writeCertificate(tlsDir, authority);
  for (const [name, text] of Object.entries(files))
    await writeFile(join(folder, name), here(text.replaceAll("/tls/", `${tlsDir}/`)));
  return {
    file: join(folder, "nats.conf"),
    env: environment(container, objects),
    ...(byTls && { tlsDir }),
  };
}

/** Writes a new certificate for `localhost`, as cert-manager renews the Secret of a pod. */
export async function writeCertificate(folder: string, authority: Authority): Promise<void> {
  const { cert, key } = authority.issue({ names: ["localhost"] });
  const files = { "ca.crt": authority.cert, "tls.crt": cert, "tls.key": key };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

/** Resolves when NATS itself accepts the configuration; rejects with what it says otherwise. */
export async function validateNats({ file, env }: NatsConfig): Promise<void> {
  await run(await findServer("nats"), ["-t", "--config", file], {
    env: { ...process.env, ...env },
    timeout: 20_000,
  });
}
