import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const modules = join(root, "node_modules");
const generated = new Set(["gen", "dist", "node_modules"]);

/** What `npm pack` made of a package. */
export interface Pack {
  readonly name: string;
  readonly archive: string;
  /** The paths in it. */
  readonly files: readonly string[];
}

/** Packs workspaces from sources alone, as in a clone where packages were installed and nothing else was done. */
export async function packFromFreshClone(folder: string, names: readonly string[]): Promise<Pack[]> {
  const clone = join(folder, "clone");
  await mkdir(clone);
  const sources = ["package.json", "package-lock.json", "tsconfig.json", "buf.yaml", "buf.gen.yaml"];
  for (const path of [...sources, "proto", "runtime"]) {
    const filter = (source: string) => !generated.has(basename(source));
    await cp(join(root, path), join(clone, path), { recursive: true, filter });
  }
  await mkdir(join(clone, "node_modules/@ticketing"), { recursive: true });
  for (const name of await readdir(modules))
    if (name !== "@ticketing") await symlink(join(modules, name), join(clone, "node_modules", name));
  for (const workspace of ["proto", "runtime"])
    await symlink(join(clone, workspace), join(clone, "node_modules/@ticketing", workspace));

  const args = ["pack", "--json", "--pack-destination", folder, ...names.flatMap((name) => ["-w", name])];
  const { stdout } = await run("npm", args, { cwd: clone });
  const report = JSON.parse(stdout.slice(stdout.search(/^[[{]/m))) as Record<
    string,
    { name: string; filename: string; files: { path: string }[] }
  >;
  return Object.values(report).map(({ name, filename, files }) => ({
    name,
    archive: join(folder, filename),
    files: files.map(({ path }) => path),
  }));
}

/**
 * A folder with these packs where npm would install them, and beside them the third-party packages that they declare
 * (the same ones that npm would fetch), with those of `others`: nothing else can be imported there.
 */
export async function bareFolder(packs: readonly Pack[], others: readonly string[] = []): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "ticketing-consumer-"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module", private: true }));
  const wanted = new Set(others);
  for (const { name, archive } of packs) {
    const target = join(folder, "node_modules", name);
    await mkdir(target, { recursive: true });
    await run("tar", ["-xzf", archive, "--strip-components=1", "-C", target]);
    const { dependencies } = JSON.parse(await readFile(join(target, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    for (const dependency of Object.keys(dependencies)) wanted.add(dependency);
  }
  for (const { name } of packs) wanted.delete(name);
  for (const name of wanted) {
    await mkdir(dirname(join(folder, "node_modules", name)), { recursive: true });
    await symlink(join(modules, name), join(folder, "node_modules", name));
  }
  return folder;
}

/** The names by which programs import what is in a pack: one for each file of JavaScript. */
export const importsOf = ({ name, files }: Pack): string[] =>
  files
    .filter((file) => file.endsWith(".js"))
    .map(
      (file) =>
        `${name}/${file.replace(/^(?:gen\/(?:ticketing\/)?|dist\/)/, "").replace(/(?:_pb)?\.js$/, "")}`,
    );
