import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { findServer } from "./find.ts";
import type { RunningProcess } from "./launch.ts";
import { launch } from "./launch.ts";
import { freePort } from "./ports.ts";
import { httpOk } from "./probe.ts";

export interface EnvoyServer extends RunningProcess {
  readonly adminUrl: string;
}

export interface EnvoyOptions {
  /** Log folder. */
  readonly dir: string;
  /** Path of the configuration file. */
  readonly config: string;
  /** YAML (a block mapping, without `admin`) that Envoy merges over the file: the addresses of clusters. */
  readonly overrides?: string;
  readonly adminPort?: number;
  /** Worker threads; 2 by default. */
  readonly concurrency?: number;
  /** Seconds in which a drain reaches every connection; Envoy's own 600 by default. */
  readonly drainSeconds?: number;
}

/** Starts Envoy and resolves when its listeners take connections. The admin endpoint is on loopback. */
export async function startEnvoy(options: EnvoyOptions): Promise<EnvoyServer> {
  const adminPort = options.adminPort ?? (await freePort());
  const admin = `admin: {address: {socket_address: {address: 127.0.0.1, port_value: ${adminPort}}}}`;
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  const process = await launch({
    name: "envoy",
    command: await findServer("envoy"),
    args: [
      ...["-c", resolve(options.config), "--config-yaml", `${options.overrides ?? ""}\n${admin}\n`],
      ...["--concurrency", `${options.concurrency ?? 2}`, "--disable-hot-restart", "--log-level", "warning"],
      ...(options.drainSeconds === undefined ? [] : ["--drain-time-s", `${options.drainSeconds}`]),
    ],
    logFile: join(resolve(options.dir), "envoy.log"),
    probe: () => httpOk(`${adminUrl}/ready`),
  });
  return { ...process, adminUrl };
}

/**
 * Resolves when Envoy itself accepts the file merged with the overrides, and further arguments of its command; rejects
 * with what it says otherwise.
 */
export async function validateEnvoy({
  config,
  overrides = "",
  args = [],
}: Pick<EnvoyOptions, "config" | "overrides"> & { readonly args?: readonly string[] }): Promise<void> {
  const all = ["--mode", "validate", "-c", resolve(config), "--config-yaml", overrides, ...args];
  await promisify(execFile)(await findServer("envoy"), all, { timeout: 30_000 });
}
