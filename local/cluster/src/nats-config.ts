import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { findServer } from "@ticketing/servers/find";
import { environment } from "./environment.ts";
import { configMap, type KubernetesObject, ofKind, workloads } from "./objects.ts";

const run = promisify(execFile);

/** A broker's configuration as files on this machine, and the environment that they refer to. */
export interface NatsConfig {
  readonly file: string;
  readonly env: Record<string, string>;
}

/** Writes the files of the broker's ConfigMap into `folder`, changed by `here` for this machine. */
export async function writeNatsConfig(
  objects: readonly KubernetesObject[],
  folder: string,
  here: (text: string) => string = (text) => text,
): Promise<NatsConfig> {
  const holder = ofKind(objects, "ConfigMap").find(({ metadata }) => /^nats-/.test(metadata.name));
  const files = holder && configMap(objects, holder.metadata.name);
  const container = workloads(objects).find(({ name }) => name === "nats")?.pod.containers[0];
  if (!files || !container) throw new Error("there is no broker");
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), here(text));
  return { file: join(folder, "nats.conf"), env: environment(container, objects) };
}

/** Resolves when NATS itself accepts the configuration; rejects with what it says otherwise. */
export async function validateNats({ file, env }: NatsConfig): Promise<void> {
  await run(await findServer("nats"), ["-t", "--config", file], {
    env: { ...process.env, ...env },
    timeout: 20_000,
  });
}
