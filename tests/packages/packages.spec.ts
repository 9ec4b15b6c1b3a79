import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
let folder: string;

/** Packs a workspace package and unpacks it where npm would install it. Returns the packed file names. */
async function install(workspace: string): Promise<string[]> {
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder, "-w", workspace], {
    cwd: root,
  });
  const report: unknown = JSON.parse(stdout.slice(stdout.search(/^[[{]/m)));
  const [packed] = Object.values(report as Record<string, { filename: string; files: { path: string }[] }>);
  if (!packed) throw new Error(`npm packed nothing: ${stdout}`);
  const target = join(folder, "node_modules", workspace);
  await mkdir(target, { recursive: true });
  await run("tar", ["-xzf", join(folder, packed.filename), "--strip-components=1", "-C", target]);
  return packed.files.map((file) => file.path);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ticketing-consumer-"));
  // Third-party dependencies are the same ones that npm would fetch; only our two come from their packs.
  await mkdir(join(folder, "node_modules"));
  for (const name of await readdir(join(root, "node_modules"))) {
    if (name.startsWith("@ticketing") || name.startsWith(".")) continue;
    await symlink(join(root, "node_modules", name), join(folder, "node_modules", name));
  }
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the published packages", () => {
  it("hold plain JavaScript with types, and no source", async () => {
    for (const workspace of ["@ticketing/proto", "@ticketing/runtime"]) {
      const files = await install(workspace);
      expect(files.some((file) => file.endsWith(".js"))).toBe(true);
      expect(files.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))).toEqual([]);
    }
  }, 120_000);

  it("serve a small consumer outside the workspace, types included", async () => {
    await cp(join(import.meta.dirname, "consumer"), folder, { recursive: true });
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module", private: true }));
    await run(join(root, "node_modules/.bin/tsc"), ["-p", folder], { cwd: folder });
    const { stdout } = await run(process.execPath, [join(folder, "consumer.js")], { cwd: folder });
    expect(JSON.parse(stdout)).toEqual({ reason: "TICKET_LOCKED", price: "12500 EUR", unknown: "rejected" });
  }, 120_000);
});
