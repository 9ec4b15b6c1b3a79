import { access, constants, stat } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { installServer } from "./install.ts";
import type { ServerName } from "./pinned.ts";
import { pinnedServers, serverNames } from "./pinned.ts";

/**
 * The path of a server's binary: the environment variable, else PATH, else the cache, which is filled on the
 * first call. `findServer("mongo")` may give a `mongod` or the embedded database; see {@link isEmbedded}.
 */
export async function findServer(name: ServerName, progress?: (message: string) => void): Promise<string> {
  const { variable, command } = pinnedServers[name];
  const named = process.env[variable];
  if (named) {
    if (await executable(resolve(named))) return resolve(named);
    throw new Error(`${variable} names ${named}, which is not an executable file`);
  }
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, command);
    if (folder && !isScriptWrapper(path) && (await executable(path))) return path;
  }
  return installServer(name, progress);
}

/** Finds or installs several servers at once; all by default, the database only when `MONGODB_URI` names none. */
export async function findServers(
  progress?: (message: string) => void,
  names: readonly ServerName[] = serverNames.filter((name) => name !== "mongo" || !process.env.MONGODB_URI),
): Promise<Map<ServerName, string>> {
  const found = await Promise.all(
    names.map(async (name) => [name, await findServer(name, progress)] as const),
  );
  return new Map(found);
}

/** Whether a path from `findServer("mongo")` is the embedded database and not a `mongod`. */
export function isEmbedded(path: string): boolean {
  return path.endsWith("secantusd-rs");
}

/** npm puts the scripts of installed packages on PATH; npm's own package `envoy` is not the proxy. */
function isScriptWrapper(path: string): boolean {
  return path.includes("node_modules");
}

/** Whether a path is a file that can be run. */
export async function executable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
