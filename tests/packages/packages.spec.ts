import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { pythonWith } from "@ticketing/servers/python";
import { bareFolder, importsOf, type Pack, packFromFreshClone } from "./pack.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const bin = (name: string) => join(root, "node_modules/.bin", name);
const CONTRACTS = "node_modules/@ticketing/proto";
const folders: string[] = [];
let proto: Pack;
let runtime: Pack;

async function bare(packs: readonly Pack[], others: readonly string[] = []): Promise<string> {
  const folder = await bareFolder(packs, others);
  folders.push(folder);
  await cp(join(import.meta.dirname, "consumer"), folder, { recursive: true });
  return folder;
}

/** Compiles a file strictly, the declarations of all packages with it, and runs it. */
async function compileAndRun(folder: string, file: string, ...options: string[]): Promise<string> {
  const args = ["--strict", "--target", "es2024", "--module", "nodenext", ...options, `${file}.ts`];
  await run(bin("tsc"), args, { cwd: folder });
  return (await run(process.execPath, [join(folder, `${file}.js`)], { cwd: folder })).stdout.trim();
}

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "ticketing-packs-"));
  folders.push(folder);
  const packs = await packFromFreshClone(folder, ["@ticketing/proto", "@ticketing/runtime"]);
  const find = (name: string) => {
    const pack = packs.find((each) => each.name === name);
    if (!pack) throw new Error(`npm packed no ${name}`);
    return pack;
  };
  [proto, runtime] = [find("@ticketing/proto"), find("@ticketing/runtime")];
}, 120_000);

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

describe("packages packed from a fresh clone", () => {
  it("hold plain JavaScript with types, and no source", () => {
    for (const { files } of [proto, runtime]) {
      const compiled = files.filter((file) => file.endsWith(".js"));
      expect(compiled.length).toBeGreaterThan(20);
      for (const file of compiled) expect(files).toContain(file.replace(/\.js$/, ".d.ts"));
      expect(files.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))).toEqual([]);
    }
  });

  it("export everything that they hold, and need nothing that they do not declare", async () => {
    const folder = await bare([proto, runtime], ["@types/node"]);
    const imports = [...importsOf(proto), ...importsOf(runtime)];
    const lines = imports.map((name, n) => `import * as m${n} from ${JSON.stringify(name)};`);
    const count = `console.log([${imports.map((_, n) => `m${n}`).join(", ")}].length);`;
    await writeFile(join(folder, "everything.ts"), [...lines, count].join("\n"));
    expect(await compileAndRun(folder, "everything", "--types", "node")).toBe(`${imports.length}`);
    expect(await compileAndRun(folder, "error", "--types", "node")).toBe("TICKET_LOCKED");
  }, 120_000);
});

describe("the package of the contracts, alone in a folder", () => {
  let folder: string;
  let event: string;
  beforeAll(async () => {
    folder = await bare([proto]);
  });

  it("serves a program in TypeScript", async () => {
    const { bytes, ...read } = JSON.parse(await compileAndRun(folder, "event", "--lib", "es2024,dom"));
    expect(read).toEqual({ reason: "TICKET_LOCKED", price: "12500 EUR", unknown: "rejected" });
    event = bytes;
    // As a bundler resolves it.
    await run(
      bin("tsc"),
      ["--strict", "--noEmit", "--module", "esnext", "--moduleResolution", "bundler", "event.ts"],
      {
        cwd: folder,
      },
    );
  }, 120_000);

  it("serves a program in Python, by protoc", async () => {
    const python = await pythonWith(join(root, "tests/clients/requirements.txt"));
    const contracts = proto.files.filter((file) => file.endsWith(".proto"));
    await mkdir(join(folder, "stubs"));
    await run(
      python,
      [
        ...["-m", "grpc_tools.protoc", `-I${CONTRACTS}`, "--python_out=stubs", "--grpc_python_out=stubs"],
        ...contracts,
      ],
      { cwd: folder },
    );
    const { stdout } = await run(python, ["event.py", event], {
      cwd: folder,
      env: { ...process.env, PYTHONPATH: join(folder, "stubs") },
    });
    expect(JSON.parse(stdout)).toEqual({
      ...{ transition: "ticket_locked", price: "12500 EUR", rules: true, stub: true },
    });
  }, 240_000);

  it("compiles with buf, without a registry", async () => {
    const args = ["build", CONTRACTS, "--output", join(folder, "contracts.binpb")];
    await run(bin("buf"), args, { cwd: folder });
  }, 60_000);
});
