import { execFile } from "node:child_process";
import { cp, mkdir, readFile, stat } from "node:fs/promises";
import { delimiter, dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { repositoryPath } from "@ticketing/launcher/process-table";
import { parseDockerfile, type Stage, substitute } from "./dockerfile.ts";

const run = promisify(execFile);

/** A stage that was carried out: a folder that stands for its root, and what a container of it would start. */
export interface BuiltStage {
  /** The folder that is `/`. */
  readonly root: string;
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly command: readonly string[];
}

/**
 * Carries out the Dockerfile's steps in folders, one for each stage: what COPY copies and RUN runs, with this
 * machine's npm and the pinned Node in the place of the base images'. What only Docker can tell is left out: whether
 * the base images are there and what else is in them.
 */
export async function createBuilder(folder: string) {
  const stages = parseDockerfile(await readFile(repositoryPath("Dockerfile"), "utf8"));
  const ignored = await readIgnored();
  const built = new Map<string, Promise<BuiltStage>>();

  const buildStage = (name: string, service: string): Promise<BuiltStage> => {
    const stage = stages.find((each) => each.name === name);
    if (!stage) throw new Error(`the Dockerfile has no stage ${name}`);
    // Stages that do not know the argument are the same for every service.
    const own = dependsOnService(stage, stages) ? service : "";
    const id = `${name}-${own.replaceAll("/", "-")}`;
    const underway = built.get(id) ?? carryOut(stage, service, join(folder, id));
    built.set(id, underway);
    return underway;
  };

  async function carryOut(stage: Stage, service: string, root: string): Promise<BuiltStage> {
    const base = stages.some(({ name }) => name === stage.base)
      ? await buildStage(stage.base, service)
      : undefined;
    await mkdir(root, { recursive: true });
    if (base) await link(join(base.root, "."), root);
    const args: Record<string, string> = {};
    const result = {
      root,
      workdir: base?.workdir ?? "/",
      env: { ...base?.env },
      user: base?.user,
      command: base?.command ?? [],
    };
    for (const instruction of stage.instructions) {
      const here = join(root, result.workdir);
      switch (instruction.kind) {
        case "ARG":
          args[instruction.name] = instruction.name === "SERVICE" ? service : (instruction.value ?? "");
          break;
        case "ENV":
          Object.assign(result.env, instruction.values);
          break;
        case "WORKDIR":
          result.workdir = instruction.path;
          await mkdir(join(root, instruction.path), { recursive: true });
          break;
        case "USER":
          result.user = instruction.user;
          break;
        case "CMD":
          result.command = [...instruction.words];
          break;
        case "COPY": {
          const from = instruction.from && (await buildStage(instruction.from, service)).root;
          const sources = instruction.sources.map((source) => substitute(source, args));
          await copy(sources, substitute(instruction.target, args), { from, here, root });
          break;
        }
        case "RUN":
          await runStep(instruction.command, here, { ...args, ...result.env });
      }
    }
    return result;
  }

  /** COPY: from another stage everything, from the repository what `.dockerignore` leaves. */
  async function copy(
    sources: readonly string[],
    target: string,
    { from, here, root }: { from?: string; here: string; root: string },
  ): Promise<void> {
    for (const source of sources) {
      const path = from ? join(from, source) : repositoryPath(source);
      const into = target.startsWith("/") ? join(root, target) : join(here, target);
      const destination = target.endsWith("/") ? join(into, source.slice(source.lastIndexOf("/") + 1)) : into;
      await mkdir(dirname(destination), { recursive: true });
      if (from) await link(path, destination);
      else
        await cp(path, destination, {
          recursive: true,
          verbatimSymlinks: true,
          filter: (file) => !ignored(relative(repositoryPath(""), file)),
        });
    }
  }

  return { stages, build: buildStage };
}

function dependsOnService(stage: Stage, stages: readonly Stage[]): boolean {
  if (stage.instructions.some((each) => each.kind === "ARG" && each.name === "SERVICE")) return true;
  const others = [
    stage.base,
    ...stage.instructions.flatMap((each) => (each.kind === "COPY" && each.from ? [each.from] : [])),
  ];
  return stages.some((other) => others.includes(other.name) && dependsOnService(other, stages));
}

/** What this machine needs to reach a registry; nothing else of its environment gets into a step. */
const reaching = /^(https?_proxy|no_proxy|node_extra_ca_certs|npm_config_(registry|cafile))$/i;

/** Copies a folder or a file by hard links, as layers share what is in them; where there are none, by copying. */
async function link(from: string, to: string): Promise<void> {
  const into = (await stat(from)).isDirectory() ? [`${from}/.`, to] : [from, to];
  if (into[0]?.endsWith("/.")) await mkdir(to, { recursive: true });
  try {
    await run("cp", ["-a", "-l", ...into]);
  } catch {
    await run("cp", ["-a", "-f", ...into]);
  }
}

async function runStep(command: string, cwd: string, env: Readonly<Record<string, string>>): Promise<void> {
  if (/(^|\s)\//.test(command))
    throw new Error(`a step must not name places outside of its folder: ${command}`);
  const bin = repositoryPath("node_modules/node/bin");
  const given = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => reaching.test(name))),
    PATH: `${bin}${delimiter}${process.env.PATH ?? ""}`,
    HOME: process.env.HOME ?? "",
  };
  try {
    // Packages that are in npm's cache are taken from there unasked: the lockfile says which they are.
    await run("sh", ["-c", command], {
      cwd,
      env: { ...given, npm_config_prefer_offline: "true", ...env },
      maxBuffer: 16 << 20,
    });
  } catch (error) {
    const output = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
    throw new Error(`RUN ${command} failed:\n${output.trim().split("\n").slice(-30).join("\n")}`);
  }
}

/** What `.dockerignore` names: `name` at the top, `**\/name` anywhere, `*` within a name. */
async function readIgnored(): Promise<(path: string) => boolean> {
  const text = await readFile(repositoryPath(".dockerignore"), "utf8");
  const patterns = text.split("\n").filter(Boolean).map(patternOf);
  return (path) => path !== "" && patterns.some((pattern) => pattern.test(path));
}

function patternOf(line: string): RegExp {
  const anywhere = line.startsWith("**/");
  const name = (anywhere ? line.slice(3) : line).replace(/[.]/g, "\\.").replace(/\*/g, "[^/]*");
  return new RegExp(`${anywhere ? "(^|/)" : "^"}${name}(/|$)`);
}

/** Makes everything below a folder read-only, as root's files are for any other user. */
export async function makeReadOnly(folder: string): Promise<void> {
  if (process.getuid?.() !== 0) await run("chmod", ["-R", "a-w", folder]);
}

/** Removes what {@link makeReadOnly} protected. */
export async function removeImages(folder: string): Promise<void> {
  if (process.getuid?.() !== 0) await run("chmod", ["-R", "u+w", folder]);
  await run("rm", ["-rf", folder]);
}
