import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { repositoryPath } from "./process-table.ts";

/** What the built app is made of. */
const FOLDERS = ["web/src", "web/public", "web/build", "proto/ticketing", "proto/google", "proto/buf"];
const FILES = ["web/index.html", "web/vite.config.ts", "web/package.json", "package-lock.json"];

/** A build that is older and not of the present sources serves nobody any more. */
const KEEP_MS = 24 * 3_600_000;

/**
 * The folder of the built web app. Builds it when there is none for the sources as they are now, which takes a few
 * seconds; the output goes to the log file. Each state of the sources has a folder of its own, so that a mesh which
 * serves an older one is not disturbed.
 */
export async function buildWeb(logFile: string): Promise<string> {
  const builds = repositoryPath(".local/web");
  const folder = join(builds, await sourceState());
  if (await stat(folder).catch(() => undefined)) return folder;
  await removeOld(builds);
  const draft = `${folder}.${process.pid}`;
  await mkdir(dirname(logFile), { recursive: true });
  const log = await open(logFile, "w");
  const vite = repositoryPath("node_modules/vite/bin/vite.js");
  const child = spawn(process.execPath, [vite, "build", "--outDir", draft], {
    cwd: repositoryPath("web"),
    // Whatever runs this (Jest says `test`): people get the production build.
    env: { ...process.env, NODE_ENV: "production" },
    stdio: ["ignore", log.fd, log.fd],
  });
  const [code] = (await once(child, "exit")) as [number | null];
  await log.close();
  if (code !== 0) {
    await rm(draft, { recursive: true, force: true });
    throw new Error(
      `The web app could not be built; ${logFile} says why:\n${await readFile(logFile, "utf8")}`,
    );
  }
  // Two launchers may build at once; the first one's folder stands.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true, force: true }));
  return folder;
}

async function sourceState(): Promise<string> {
  const lists = await Promise.all(FOLDERS.map(filesBelow));
  const hash = createHash("sha256");
  for (const path of [...FILES, ...lists.flat()].sort()) {
    hash.update(`${path}\0`).update(await readFile(repositoryPath(path)));
  }
  return hash.digest("hex").slice(0, 16);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(repositoryPath(folder), { recursive: true, withFileTypes: true });
  const root = repositoryPath("");
  return entries
    .filter((entry) => entry.isFile() && !entry.name.includes(".spec."))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length));
}

async function removeOld(builds: string): Promise<void> {
  for (const name of await readdir(builds).catch(() => [])) {
    const path = join(builds, name);
    const built = await stat(path).catch(() => undefined);
    if (built && Date.now() - built.mtimeMs > KEEP_MS) await rm(path, { recursive: true, force: true });
  }
}
