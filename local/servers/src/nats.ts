import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { findServer } from "./find.ts";
import type { RunningProcess, ServerOptions } from "./launch.ts";
import { launch } from "./launch.ts";
import { freePort } from "./ports.ts";
import { greeting } from "./probe.ts";

export interface NatsServer extends RunningProcess {
  readonly port: number;
  /** `nats://127.0.0.1:<port>` */
  readonly url: string;
}

export interface NatsOptions extends ServerOptions {
  /** Who may enter and do what; without it anybody may do everything. */
  readonly users?: NatsUsers;
  /** Paths of its certificate and key: it takes nobody in plain text. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** How often it waits for the disk, such as `2m`. Absent: at every message, as a mesh that loses nothing has to. */
  readonly sync?: string;
}

/** An `authorization` block of NATS' configuration, and the variables that it refers to. */
export interface NatsUsers {
  readonly config: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts NATS with JetStream; streams live in `dir`, and unless `sync` says otherwise every acknowledged message is on
 * the disk.
 */
export async function startNats(options: NatsOptions): Promise<NatsServer> {
  const dir = resolve(options.dir);
  const port = options.port ?? (await freePort());
  await mkdir(dir, { recursive: true });
  const config = join(dir, "nats.conf");
  // By default NATS flushes every two minutes and can lose acknowledged messages when the power fails.
  const lines = [
    `listen: "127.0.0.1:${port}"`,
    `jetstream {\n  store_dir: ${JSON.stringify(join(dir, "jetstream"))}\n  sync_interval: ${options.sync ?? "always"}\n}`,
    options.users?.config ?? "",
    ...(options.tls
      ? [
          `tls { cert_file: ${JSON.stringify(options.tls.cert)}, key_file: ${JSON.stringify(options.tls.key)} }`,
        ]
      : []),
  ];
  await writeFile(config, lines.join("\n"));
  const process = await launch({
    name: "nats",
    command: await findServer("nats"),
    args: ["--config", config],
    env: { ...globalThis.process.env, ...options.users?.env },
    logFile: join(resolve(options.logs ?? dir), "nats.log"),
    probe: async () => {
      if (!(await greeting(port)).includes('"jetstream":true')) throw new Error("JetStream is not up yet");
    },
  });
  return { ...process, port, url: `nats://127.0.0.1:${port}` };
}
