/**
 * The first step of every npm script: runs on whatever Node the machine has (20.19 or newer), with nothing
 * installed. It brings packages and generated code up to date, then hands over to the pinned Node.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const modules = join(root, "node_modules");
const node = join(modules, ".bin", "node");
const commands = [
  ...[
    "start",
    "stop",
    "status",
    "demo",
    "test",
    "test-mongod",
    "check-gateway",
    "suite",
    "mutants",
    "operator-commands",
  ],
  // Takes the path of any other script of the repository.
  "run",
];
const serverVariables = ["ENVOY", "NATS_SERVER", "TEMPORAL", "TEMPORAL_TEST_SERVER", "MONGOD"];

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(`Node 20.19 or newer is needed to begin with; this is ${process.versions.node}.`);
  }
}

/** Python fetches the servers; it is not needed once they are there. */
function checkPython() {
  const cache = process.env.TICKETING_CACHE || join(homedir(), ".cache", "ticketing", "servers");
  if (existsSync(cache) || serverVariables.every((name) => process.env[name])) return;
  const python = process.env.PYTHON || "python3";
  const version = spawnSync(python, ["-c", "import sys; print(*sys.version_info[:2])"], { encoding: "utf8" });
  if (version.status !== 0)
    fail(`Python 3.11 or newer is needed to install the servers; ${python} was not found.`);
  const [major, minor] = version.stdout.trim().split(" ").map(Number);
  if (major < 3 || (major === 3 && minor < 11)) {
    fail(`Python 3.11 or newer is needed to install the servers; ${python} is ${major}.${minor}.`);
  }
  const hasPip = spawnSync(python, ["-m", "pip", "--version"]).status === 0;
  const hasVenv = spawnSync(python, ["-c", "import venv, ensurepip"]).status === 0;
  if (!hasPip && !hasVenv) {
    fail(
      `Python needs pip or venv to install the servers; ${python} has neither (on Debian: apt install python3-venv).`,
    );
  }
}

/** Whether node_modules holds what the lockfile asks for, by npm's own record of what it installed. */
function packagesCurrent() {
  const record = join(modules, ".package-lock.json");
  if (!existsSync(record) || !existsSync(node)) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const present = JSON.parse(readFileSync(record, "utf8")).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path || entry.link || !path.includes("node_modules/")) return true;
    if (entry.optional && !present[path]) return true;
    return present[path]?.version === entry.version;
  });
}

/**
 * `npm install --no-save` installs what the lockfile says and writes nothing; `npm ci` would refuse a lockfile made
 * where the registry has no packages for some other platform.
 */
function installPackages() {
  if (packagesCurrent()) return;
  console.log("installing packages");
  const args = ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
  const result = spawnSync("npm", args, { cwd: root, stdio: "inherit" });
  if (result.error) fail(`npm is needed and could not be run: ${result.error.message}.`);
  if (result.status !== 0) fail("npm install failed; the lines above say why.");
  if (!existsSync(node)) {
    fail("The pinned Node is missing after npm install; are install scripts switched off (ignore-scripts)?");
  }
}

function protoFiles(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return ["gen", "node_modules"].includes(entry.name) ? [] : protoFiles(path);
    return entry.name.endsWith(".proto") ? [path] : [];
  });
}

function generateCode(env) {
  const inputs = [...protoFiles(join(root, "proto")).sort(), join(root, "buf.gen.yaml")];
  const hash = createHash("sha256");
  for (const path of inputs) hash.update(path.slice(root.length)).update(readFileSync(path));
  hash.update(readFileSync(join(modules, "@bufbuild", "protoc-gen-es", "package.json")));
  const state = hash.digest("hex");
  const stamp = join(root, "proto", "gen", ".state");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === state) return;
  console.log("generating code from proto/");
  const result = spawnSync("buf", ["generate"], { cwd: root, stdio: "inherit", env });
  if (result.status !== 0) fail("buf generate failed; the lines above say why.");
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, state);
}

/** Runs the command on the pinned Node. It learns by the IPC channel when this process is gone. */
function handOver(command, given, env) {
  const [path, ...args] = command === "run" ? given : [`local/launcher/src/${command}.ts`, ...given];
  const script = join(root, path ?? fail("run takes the path of a script"));
  const child = spawn(node, ["--conditions=@ticketing/source", script, ...args], {
    cwd: root,
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env,
  });
  // A terminal sends Ctrl-C to both processes; the child decides when it is done.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill("SIGTERM"));
  child.on("error", (error) => fail(`${node} could not be run: ${error.message}.`));
  child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}

const [command, ...args] = process.argv.slice(2);
if (!commands.includes(command)) fail(`Usage: bootstrap.mjs ${commands.join(" | ")}`);
checkNode();
if (!["stop", "status"].includes(command)) checkPython();
installPackages();
const env = { ...process.env, PATH: `${join(modules, ".bin")}${delimiter}${process.env.PATH ?? ""}` };
generateCode(env);
handOver(command, args, env);
