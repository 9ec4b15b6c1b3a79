import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Authority } from "@ticketing/servers/certificates";
import { findServer } from "@ticketing/servers/find";
import { launch, type RunningProcess } from "@ticketing/servers/launch";
import { freePort } from "@ticketing/servers/ports";
import { greeting } from "@ticketing/servers/probe";
import { writeNatsConfig } from "../nats-config.ts";
import type { KubernetesObject } from "../objects.ts";

/** NATS with the files of an overlay's ConfigMap, which name this machine's folders and ports instead of the pod's. */
export async function startNatsOf({
  objects,
  folder,
  logs,
  authority,
}: {
  objects: readonly KubernetesObject[];
  folder: string;
  logs: string;
  authority: Authority;
}): Promise<RunningProcess & { port: number }> {
  const home = join(folder, "nats");
  const [port, monitor] = [await freePort(), await freePort()];
  const here = (text: string) =>
    text
      .replace("0.0.0.0:4222", `127.0.0.1:${port}`)
      .replace("0.0.0.0:8222", `127.0.0.1:${monitor}`)
      .replace("/run/nats/", `${home}/`)
      .replace("store_dir: /data", `store_dir: ${JSON.stringify(join(home, "data"))}`);
  const { file, env } = await writeNatsConfig(objects, home, here, authority);
  const process = await launch({
    name: "nats",
    command: await findServer("nats"),
    args: ["--config", file],
    env: { ...globalThis.process.env, ...env },
    logFile: join(logs, "nats.log"),
    probe: async () => {
      if (!(await greeting(port)).includes('"jetstream":true')) throw new Error("JetStream is not up yet");
    },
  });
  return { ...process, port };
}

/** What NATS refused to whom, from its log. */
export async function refusals(folder: string): Promise<string[]> {
  const log = await readFile(join(folder, "logs", "nats.log"), "utf8");
  return log.split("\n").filter((line) => /Violation|Authorization|authentication error/i.test(line));
}
