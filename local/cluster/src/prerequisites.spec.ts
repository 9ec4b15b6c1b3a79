import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { repositoryPath } from "@ticketing/launcher/process-table";

const run = promisify(execFile);

/** What each command prints on a machine that has all that is needed. */
const complete: Readonly<Record<string, string>> = {
  node: 'echo "v20.19.0"',
  docker: 'case $1 in version) echo "28.2.2" ;; info) ;; esac',
  kubectl: [
    'case "$*" in',
    '"version --client") echo "Client Version: v1.33.4"; echo "Kustomize Version: v5.6.0" ;;',
    `*"get --raw /version") echo '{"major": "1",'; echo '  "gitVersion": "v1.34.1+k3s1",' ;;`,
    '*"get storageclasses"*) echo "true" ;;',
    "esac",
  ].join("\n"),
  helm: 'echo "v3.14.0"',
};

let root: string;
let bin: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "ticketing-prerequisites-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));
beforeEach(async () => {
  const machine = await mkdtemp(join(root, "machine-"));
  bin = join(machine, "bin");
  await mkdir(bin);
  await mkdir(join(machine, "node_modules"));
  for (const tool of ["sed", "sort", "head"]) await symlink(await where(tool), join(bin, tool));
  for (const [name, script] of Object.entries(complete)) await install(name, script);
});

const where = async (tool: string) => (await run("/bin/sh", ["-c", `command -v ${tool}`])).stdout.trim();

async function install(name: string, script: string): Promise<void> {
  await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, name), 0o755);
}

/** What the script says is missing, line by line. */
async function missing(): Promise<string[]> {
  const options = { cwd: join(bin, ".."), env: { PATH: bin } };
  const script = repositoryPath("tilt/prerequisites.sh");
  return run("/bin/sh", [script], options).then(
    () => [],
    ({ code, stderr }: { code: number; stderr: string }) => {
      expect(code).toBe(1);
      return stderr.trim().split("\n");
    },
  );
}

const uncalled = (name: string) => rm(join(bin, name));

describe("what `tilt up` needs", () => {
  it("is complete on a machine that has it, at the oldest versions", async () => {
    expect(await missing()).toEqual([]);
  });

  it.each([
    ["node", /^missing: Node.js 20.19 or newer: https:/],
    ["helm", /^missing: Helm 3.14 or newer: https:/],
  ])("is named when there is no %s", async (name, line) => {
    await uncalled(name);
    expect(await missing()).toEqual([expect.stringMatching(line)]);
  });

  it.each([
    ["node", 'echo "v18.20.1"', /Node.js 20.19 or newer, not 18.20: /],
    ["node", 'echo "v20.9.0"', /Node.js 20.19 or newer, not 20.9: /],
    ["helm", 'echo "v2.17.0"', /Helm 3.14 or newer, not 2.17: /],
    ["docker", 'case $1 in version) echo "20.10.24" ;; esac', /Docker 23.0 or newer, not 20.10: /],
    ["docker", 'case $1 in version) echo "28.2.2" ;; info) exit 1 ;; esac', /a Docker daemon that answers/],
    ["kubectl", complete.kubectl?.replace("v1.33.4", "v1.27.1"), /kubectl 1.33 or newer, not 1.27: /],
    ["kubectl", complete.kubectl?.replace("v1.34.1", "v1.33.9"), /Kubernetes 1.34 or newer, not 1.33: /],
    ["kubectl", complete.kubectl?.replace('echo "true"', "true"), /a default StorageClass: https:/],
    ["kubectl", 'case "$1" in version) echo v1.37.0 ;; *) exit 1 ;; esac', /a cluster that answers.*ctlptl/],
  ])("is named when %s does %j", async (name, script, line) => {
    await install(name, script ?? "");
    expect(await missing()).toEqual([expect.stringMatching(line)]);
  });

  it("is named in full on a bare machine", async () => {
    for (const name of Object.keys(complete)) await uncalled(name);
    await rm(join(bin, "../node_modules"), { recursive: true });
    expect(await missing()).toHaveLength(7);
  });

  it("is in docs/cluster.md in the same versions, as are the operators", async () => {
    const page = await readFile(repositoryPath("docs/cluster.md"), "utf8");
    const script = await readFile(repositoryPath("tilt/prerequisites.sh"), "utf8");
    const needed = [...script.matchAll(/^need (\S+) (\S+)/gm)].map(
      ([, name, version]) => `${name} ${version}`,
    );
    expect(needed).toHaveLength(4);
    for (const each of [...needed, "Kubernetes 1.34"]) expect(page).toContain(each);
    for (const [, what] of script.matchAll(/missing "([^"$]+)"/g)) expect(page).toContain(what);
    const operators = await readFile(repositoryPath("tilt/operators.sh"), "utf8");
    const versions = [...operators.matchAll(/version[= ](\d+\.\d+\.\d+)/g)].map(([, version]) => version);
    expect(versions).toHaveLength(3);
    for (const version of versions) expect(page).toContain(version);
  });
});
