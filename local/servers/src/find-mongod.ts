import { readdir } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { executable, isEmbedded } from "./find.ts";

/**
 * A real MongoDB that this machine has: what MONGOD names, else `mongod` on PATH, else `mongod/mongod` in a folder
 * beside the repository. Undefined when there is none; the embedded database is none.
 */
export async function findMongod(
  repository: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  if (env.MONGOD && !isEmbedded(env.MONGOD)) {
    const named = resolve(env.MONGOD);
    if (await executable(named)) return named;
    throw new Error(`MONGOD names ${env.MONGOD}, which is not an executable file`);
  }
  const beside = resolve(repository, "..");
  const places = [
    ...(env.PATH ?? "").split(delimiter).filter((folder) => folder !== ""),
    ...(await readdir(beside)).sort().map((folder) => join(beside, folder, "mongod")),
  ];
  for (const place of places) {
    const path = join(place, "mongod");
    if (await executable(path)) return path;
  }
  return undefined;
}
