import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

/** Names the code of the workflows: the same sources are the same build, changed ones are another. */
export async function workerBuildId(): Promise<string> {
  const root = import.meta.dirname;
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash("sha256");
  for (const file of files.sort()) hash.update(relative(root, file)).update(await readFile(file));
  return hash.digest("hex").slice(0, 12);
}
