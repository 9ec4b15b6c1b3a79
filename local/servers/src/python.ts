import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { cacheDirectory } from "./install.ts";

const run = promisify(execFile);

/**
 * A Python that has exactly the packages of a requirements file, each pinned by hash; made in the cache on first
 * use, under a name that is the hash of the file. Returns the interpreter's path.
 */
export async function pythonWith(requirements: string): Promise<string> {
  const pins = await readFile(requirements);
  const name = `python-${createHash("sha256").update(pins).digest("hex").slice(0, 12)}`;
  const home = join(cacheDirectory(), name);
  const python = join(home, "bin", "python");
  const present = () =>
    access(python).then(
      () => true,
      () => false,
    );
  if (await present()) return python;
  const draft = join(cacheDirectory(), `.draft-${name}-${randomUUID()}`);
  await mkdir(dirname(draft), { recursive: true });
  try {
    await run(process.env.PYTHON || "python3", ["-m", "venv", draft]);
    const args = ["-m", "pip", "install", "--quiet", "--no-input", "--no-compile", "--only-binary=:all:"];
    await run(join(draft, "bin", "python"), [...args, "--require-hashes", "--requirement", requirements]);
    await rename(draft, home).catch(async (error: unknown) => {
      // Another process was first; its copy is as good as ours.
      if (!(await present())) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return python;
}
