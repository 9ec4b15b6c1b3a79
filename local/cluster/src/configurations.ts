import { access } from "node:fs/promises";
import { basename, join } from "node:path";
import { repositoryPath } from "@ticketing/launcher/process-table";
import { calls } from "@ticketing/runtime/process/config";
import { z } from "zod";
import { environment } from "./environment.ts";
import type { Container, KubernetesObject, Workload } from "./objects.ts";

/** The part of a process's own `config.ts` that says what it reads. */
interface ConfigModule {
  readonly schema: z.ZodObject;
  readonly config: (env: Record<string, string>) => Record<string, unknown>;
}

/** A container of ours with its environment and the parser that its process has for it. */
export interface Configured {
  /** "Deployment tickets" */
  readonly title: string;
  readonly workload: Workload;
  readonly container: Container;
  readonly env: Record<string, string>;
  readonly module: ConfigModule;
}

/** What an image brings along by itself; see workflows/commands/bundle.ts. */
const fromImage: Readonly<Record<string, Record<string, string>>> = {
  workflows: { WORKFLOW_BUNDLE: "/app/workflows/dist/workflows.js", WORKER_BUILD_ID: "from-the-image" },
};

/** Every container of ours among these workloads. */
export async function configured(
  all: readonly Workload[],
  objects: readonly KubernetesObject[],
): Promise<Configured[]> {
  const found: Configured[] = [];
  for (const workload of all) {
    for (const container of [...workload.pod.initContainers, ...workload.pod.containers]) {
      const name = ownImage(container);
      if (!name) continue;
      found.push({
        title: `${workload.kind} ${workload.name}`,
        workload,
        container,
        env: { ...fromImage[name], ...environment(container, objects) },
        module: await loadConfig(name, container),
      });
    }
  }
  return found;
}

/** `tickets` of `ticketing/tickets:0.1.0`; nothing of somebody else's image. */
export const ownImage = ({ image }: Container): string | undefined =>
  /(?:^|\/)ticketing\/([a-z-]+)/.exec(image)?.[1];

/** How the configuration of a script is called that a container runs instead of its image's process. */
const scripts: Readonly<Record<string, string>> = {
  "make-current.ts": "version",
  "drain-sidecar.ts": "drain",
};

/** The parser of what the container runs. */
async function loadConfig(name: string, container: Container): Promise<ConfigModule> {
  const script = container.args.find((argument) => argument.endsWith(".ts"));
  const folder = repositoryPath(join("node_modules/@ticketing", name));
  for (const path of ["src/config.ts", "server/config.ts"]) {
    const file = join(folder, path);
    if (!(await exists(file))) continue;
    const module: Record<string, unknown> = await import(file);
    const own = script && scripts[basename(script)];
    const { schema, config } = script
      ? { schema: module[`${own}Schema`], config: module[`${own}Config`] }
      : { schema: module.schema, config: module.config };
    if (schema instanceof z.ZodObject && typeof config === "function") {
      return { schema, config: (env) => config(env) as Record<string, unknown> };
    }
    throw new Error(`${file} exports no schema and config for ${script ?? "its process"}`);
  }
  throw new Error(`the workspace of ticketing/${name} has no config.ts`);
}

/** Processes that refuse the environment of their pods, with what they say. */
export const environmentFaults = (processes: readonly Configured[]): string[] =>
  processes.flatMap(({ title, module, env }) => {
    try {
      module.config(env);
      return [];
    } catch (error) {
      return [`${title}: ${error instanceof Error ? error.message : error}`];
    }
  });

/** Processes that know modes of Stripe and are not in the one where money moves: they would take test keys. */
export const testModeFaults = (processes: readonly Configured[]): string[] =>
  processes
    .filter(
      ({ module, env }) => "STRIPE_MODE" in module.schema.shape && (env.STRIPE_MODE || "live") !== "live",
    )
    .map(({ title }) => `${title} takes Stripe's test keys`);

/** Variables without which the process refuses to start. */
export const requiredVariables = ({ schema }: ConfigModule): string[] =>
  Object.entries(schema.shape).flatMap(([name, variable]) =>
    (variable as z.ZodType).safeParse(undefined).success ? [] : [name],
  );

/** host:port of everything that the process calls with this configuration. */
export const called = (process: Configured): string[] =>
  calledValues(process).flatMap(({ text }) => hostsOf(text));

/** The variables with addresses and URLs that the process calls, and their values. */
export function calledValues({ env, module }: Configured): { variable: string; text: string }[] {
  const values = module.config(env);
  return Object.entries(module.schema.shape).flatMap(([variable, type]) => {
    const schema = [type, inner(type as z.ZodType)].find((each) => calls.has(each as z.ZodType));
    if (!schema) return [];
    const value = values[variable] ?? calls.get(schema as z.ZodType)?.unset;
    const texts = Array.isArray(value) ? value : [value];
    return texts.flatMap((text) => (typeof text === "string" ? [{ variable, text }] : []));
  });
}

/** What an optional variable is when it is set. */
const inner = (schema: z.ZodType): unknown => (schema instanceof z.ZodOptional ? schema.unwrap() : schema);

const standardPorts: Readonly<Record<string, string>> = {
  "http:": "80",
  "https:": "443",
  "nats:": "4222",
  "tls:": "4222",
};

/** host:port of an address, a URL, or a connection string with several hosts. */
export function hostsOf(text: string): string[] {
  const match = /^mongodb:\/\/(?:[^@/]*@)?([^/?]+)/.exec(text);
  if (match?.[1]) return match[1].split(",").map((host) => (host.includes(":") ? host : `${host}:27017`));
  if (!text.includes("://")) return [text];
  const { protocol, hostname, port } = new URL(text);
  const number = port || standardPorts[protocol];
  if (!number)
    throw new Error(`${text.replace(/\/\/.*@/, "//")} has no port, and ${protocol} has no usual one`);
  return [`${hostname}:${number}`];
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
