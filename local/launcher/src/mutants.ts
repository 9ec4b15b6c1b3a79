import { execFile, spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findServers } from "@ticketing/servers/find";
import { repositoryPath } from "./process-table.ts";

/**
 * Takes out one protection after another, in copies of the tree, and runs the test that has to see it
 * (`npm run test:mutants [-- name ...]`). A mutant that no test sees is a failure, and so is a patch that no longer
 * applies. Two run at a time.
 */
const run = promisify(execFile);
const patches = repositoryPath("tests/mutants");
const wanted = process.argv.slice(2);
const all = (await readdir(patches))
  .filter((file) => file.endsWith(".patch"))
  .map((file) => file.replace(".patch", ""));
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) throw new Error(`there is no mutant ${unknown.join(", ")}`);
const names = wanted.length === 0 ? all : wanted;

interface Verdict {
  name: string;
  protection: string;
  test: string;
  outcome: "seen" | "SURVIVED" | "DOES NOT APPLY";
  ms: number;
}

await findServers((message) => console.log(message));
const folder = await mkdtemp(join(tmpdir(), "ticketing-mutants-"));
const queue = [...names];
const verdicts: Verdict[] = [];
await Promise.all(["left", "right"].map((name) => workIn(join(folder, name))));
await rm(folder, { recursive: true, force: true });

const survived = verdicts.filter(({ outcome }) => outcome !== "seen");
console.log(`\n${verdicts.length - survived.length} mutants seen, ${survived.length} not`);
process.exit(survived.length === 0 && verdicts.length > 0 ? 0 : 1);

/** Takes mutants from the queue until none is left, in a tree of its own. */
async function workIn(tree: string): Promise<void> {
  await copyTree(tree);
  for (let name = queue.shift(); name; name = queue.shift()) {
    const verdict = await judge(tree, name);
    verdicts.push(verdict);
    const seconds = `${(verdict.ms / 1000).toFixed(1)} s`.padStart(7);
    console.log(
      `${verdict.outcome.padEnd(14)} ${seconds}  ${name}: ${verdict.protection}  (${verdict.test})`,
    );
  }
}

async function judge(tree: string, name: string): Promise<Verdict> {
  const patch = join(patches, `${name}.patch`);
  const text = await readFile(patch, "utf8");
  const protection = /^Protection: (.*)$/m.exec(text)?.[1] ?? "";
  const test = /^Seen by: (.*)$/m.exec(text)?.[1] ?? "";
  const begun = Date.now();
  const verdict = (outcome: Verdict["outcome"]) => ({
    name,
    protection,
    test,
    outcome,
    ms: Date.now() - begun,
  });
  // One line of context around a change is enough: what surrounds it may change.
  if (git(tree, "apply", "-C1", patch) !== 0) return verdict("DOES NOT APPLY");
  const seen = await jest(tree, test).then(
    () => false,
    // Red is what is wanted; red because no test was found is not.
    ({ stderr }: { stderr: string }) => /Tests: +\d+ failed|Test Suites: +\d+ failed/.test(stderr),
  );
  git(tree, "apply", "-C1", "--reverse", patch);
  return verdict(seen ? "seen" : "SURVIVED");
}

function git(tree: string, ...args: string[]): number | null {
  return spawnSync("git", args, { cwd: tree, stdio: "ignore" }).status;
}

function jest(tree: string, test: string): Promise<unknown> {
  return run(
    process.execPath,
    [
      ...["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"],
      ...["--conditions=@ticketing/source", join(tree, "node_modules/jest/bin/jest.js"), "--runInBand", test],
    ],
    { cwd: tree, timeout: 400_000, maxBuffer: 64 << 20 },
  );
}

/** The tree with its generated code; packages are linked, except for the workspaces, which have to be the copy's. */
async function copyTree(tree: string): Promise<void> {
  const root = repositoryPath("");
  const { stdout } = await run("git", ["ls-files", "-co", "--exclude-standard"], { cwd: root });
  const files = stdout.trim().split("\n");
  for (const path of [...files, "proto/gen"])
    await cp(join(root, path), join(tree, path), { recursive: true });
  const linked = async (modules: string) => {
    const names = await readdir(join(root, modules)).catch(() => []);
    if (names.length > 0) await mkdir(join(tree, modules), { recursive: true });
    for (const name of names) {
      const scoped = name === "@ticketing";
      const options = { recursive: true, verbatimSymlinks: true };
      if (scoped) await cp(join(root, modules, name), join(tree, modules, name), options);
      else await symlink(join(root, modules, name), join(tree, modules, name));
    }
  };
  const workspaces = files.flatMap((path) =>
    path.endsWith("/package.json") ? [path.replace("/package.json", "")] : [],
  );
  for (const place of ["", ...workspaces]) await linked(join(place, "node_modules"));
}
