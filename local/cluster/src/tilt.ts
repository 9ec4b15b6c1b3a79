import { access } from "node:fs/promises";
import { repositoryPath } from "@ticketing/launcher/process-table";
import { parseAllDocuments, stringify } from "yaml";
import { z } from "zod";
import { ownImage } from "./configurations.ts";
import { type Stage, substitute } from "./image/dockerfile.ts";
import { serviceFolder } from "./image/images.ts";
import { type Call, matches } from "./network.ts";
import { allPods } from "./network-calls.ts";
import { type KubernetesObject, kubernetesObject, lasting, type Workload, workloads } from "./objects.ts";
import { runPython } from "./python.ts";

const portForward = z.object({ args: z.tuple([z.number(), z.number()]) });
const names = z.array(z.string()).default([]);

const declared = {
  image: z.object({
    target: z.string(),
    build_args: z.object({ SERVICE: z.string() }),
    only: z.array(z.string()),
    live_update: z
      .array(z.object({ kind: z.literal("sync"), args: z.tuple([z.string(), z.string()]) }))
      .default([]),
  }),
  resource: z.object({
    new_name: z.string().optional(),
    objects: names,
    extra_pod_selectors: z.array(z.record(z.string(), z.string())).default([]),
    port_forwards: z.array(portForward).default([]),
    resource_deps: names,
    labels: names,
  }),
  task: z.object({
    cmd: z.union([z.string(), z.array(z.string())]),
    deps: names,
    resource_deps: names,
    labels: names,
    auto_init: z.boolean().default(true),
    trigger_mode: z.string().default("auto"),
  }),
};

/** Says what a machine lacks. */
const PREREQUISITES = "tilt/prerequisites.sh";

const calls = z.object({
  calls: z.array(
    z.object({ name: z.string(), args: z.array(z.unknown()), kwargs: z.record(z.string(), z.unknown()) }),
  ),
});

/** What a Tiltfile declares, as Tilt would be told. */
export interface TiltMesh {
  readonly objects: readonly KubernetesObject[];
  readonly images: ReadonlyMap<string, z.output<typeof declared.image>>;
  readonly resources: ReadonlyMap<string, z.output<typeof declared.resource>>;
  readonly tasks: ReadonlyMap<string, z.output<typeof declared.task>>;
  /** Scripts that are run while the Tiltfile is read, and whose output is shown, in their order. */
  readonly scripts: readonly string[];
  readonly registry?: unknown;
  readonly contexts: unknown;
}

/** Evaluates the Tiltfile of `root` with these settings; `overlay` is what Kustomize builds of the folder `tilt`. */
export async function evaluateTiltfile(
  overlay: readonly KubernetesObject[],
  {
    root = repositoryPath(""),
    settings = {},
    subcommand = "up",
  }: { root?: string; settings?: object; subcommand?: string } = {},
): Promise<TiltMesh> {
  // What reads it reads YAML 1.1, where a plain "off" is a boolean.
  const yaml = overlay.map((object) => stringify(object, { version: "1.1" })).join("---\n");
  const input = { root, settings, subcommand, kustomize: { tilt: yaml } };
  const made = calls.parse(await runPython("tiltfile.py", input)).calls;
  const of = (name: string) => made.filter((call) => call.name === name);
  const named = <T>(name: string, schema: z.ZodType<T>, title: (args: unknown[], value: T) => unknown) =>
    new Map(
      of(name).map(({ args, kwargs }): [string, T] => {
        const value = schema.parse(kwargs);
        return [z.string().parse(title(args, value)), value];
      }),
    );
  return {
    objects: of("k8s_yaml").flatMap(({ args }) =>
      parseAllDocuments(z.string().parse(args[0])).map((document) => kubernetesObject.parse(document.toJS())),
    ),
    images: named("docker_build", declared.image, ([ref]) => ref),
    resources: named("k8s_resource", declared.resource, ([name], { new_name }) => new_name ?? name),
    tasks: named("local_resource", declared.task, ([name]) => name),
    scripts: of("local").flatMap(({ args, kwargs }) => {
      if (kwargs.quiet === true) return [];
      const [shell, script] = z.array(z.string()).parse(args[0]);
      return shell === "sh" && script ? [script] : [];
    }),
    registry: of("default_registry")[0]?.args[0],
    contexts: of("allow_k8s_contexts")[0]?.args[0],
  };
}

/** Compares the Tiltfile with manifests, Dockerfile and the calls of the mesh; one sentence for each fault. */
export async function tiltFaults(
  mesh: TiltMesh,
  {
    stages,
    scripts,
    calls,
  }: { stages: readonly Stage[]; scripts: Readonly<Record<string, string>>; calls: readonly Call[] },
): Promise<string[]> {
  const all = workloads(mesh.objects);
  return [
    ...resourceFaults(mesh, all),
    ...dependencyFaults(mesh, all, calls),
    ...(await imageFaults(mesh, all, stages)),
    ...(await taskFaults(mesh, scripts)),
    ...(mesh.scripts[0] === PREREQUISITES ? [] : ["nobody says what is missing before Tilt begins"]),
  ];
}

function resourceFaults({ resources, objects }: TiltMesh, all: readonly Workload[]): string[] {
  const faults: string[] = [];
  const pods = allPods(all, objects);
  const known = new Set(objects.map(({ kind, metadata }) => `${metadata.name}:${kind.toLowerCase()}`));
  for (const { name } of all) if (!resources.has(name)) faults.push(`${name} is no resource of the Tiltfile`);
  for (const [name, resource] of resources) {
    const workload = all.find((each) => each.name === name);
    if (!workload && !resource.new_name) faults.push(`resource ${name} is no workload`);
    if (resource.labels.length === 0) faults.push(`resource ${name} has no label`);
    for (const selector of resource.extra_pod_selectors) {
      if (!pods.some(({ labels }) => matches(selector, labels)))
        faults.push(`resource ${name} waits for pods that nobody makes`);
    }
    for (const object of resource.objects)
      if (!known.has(object)) faults.push(`resource ${name} names ${object}, which is not there`);
    for (const {
      args: [, port],
    } of resource.port_forwards) {
      const ports =
        workload &&
        lasting(workload.pod).flatMap((container) => container.ports.map((each) => each.containerPort));
      // Envoy's admin endpoint is on loopback, where only a port-forward reaches it.
      if (!ports?.includes(port) && !(name === "gateway" && port === 9901))
        faults.push(`resource ${name} forwards to port ${port}, which its pods do not have`);
    }
  }
  const forwarded = [...resources.values()].flatMap(({ port_forwards }) =>
    port_forwards.map(({ args }) => args[0]),
  );
  for (const port of new Set(forwarded)) {
    if (forwarded.filter((each) => each === port).length > 1) faults.push(`port ${port} is forwarded twice`);
  }
  return faults;
}

/** A resource that calls an engine waits for it, directly or by another resource; none waits for itself. */
function dependencyFaults(
  { resources, tasks }: TiltMesh,
  all: readonly Workload[],
  calls: readonly Call[],
): string[] {
  const faults: string[] = [];
  const needs = new Map(
    [...resources, ...tasks].map(([name, { resource_deps }]): [string, readonly string[]] => [
      name,
      resource_deps,
    ]),
  );
  const reached = (from: string, seen = new Set<string>()): Set<string> => {
    for (const next of needs.get(from) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      reached(next, seen);
    }
    return seen;
  };
  for (const [name, deps] of needs) {
    for (const dep of deps)
      if (!needs.has(dep)) faults.push(`resource ${name} waits for ${dep}, which is none`);
    if (reached(name).has(name)) faults.push(`resource ${name} waits for itself`);
  }
  const engines = ["mongodb", "nats", "temporal-db", "temporal-frontend"];
  for (const { from, to } of calls) {
    const waits = all.some(({ name }) => name === from) && engines.includes(to) && from !== to;
    // Temporal's roles find each other whichever comes first.
    if (
      !waits ||
      (from.startsWith("temporal-") &&
        to === "temporal-frontend" &&
        needs.get(from)?.includes("temporal-schema"))
    )
      continue;
    if (!reached(from).has(to)) faults.push(`resource ${from} calls ${to} and does not wait for it`);
  }
  return [...new Set(faults)];
}

async function imageFaults(
  { images }: TiltMesh,
  all: readonly Workload[],
  stages: readonly Stage[],
): Promise<string[]> {
  const faults: string[] = [];
  const used = new Set(
    all
      .flatMap(({ pod }) => [...pod.initContainers, ...pod.containers])
      .flatMap((each) => ownImage(each) ?? []),
  );
  for (const name of used)
    if (!images.has(`ticketing/${name}`)) faults.push(`nobody builds ticketing/${name}`);
  for (const [ref, image] of images) {
    const name = ref.replace("ticketing/", "");
    const service = image.build_args.SERVICE;
    if (!used.has(name)) faults.push(`${ref} is built and not used`);
    else if ((await serviceFolder(name)) !== service) faults.push(`${ref} is built from ${service}`);
    if (!stages.some((stage) => stage.name === image.target))
      faults.push(`${ref}: the Dockerfile has no stage ${image.target}`);
    for (const source of contextSources(stages, service)) {
      if (!image.only.some((path) => source === path || source.startsWith(`${path}/`)))
        faults.push(`${ref}: the Dockerfile copies ${source}, which Tilt does not send`);
    }
    for (const {
      args: [from, to],
    } of image.live_update) {
      if (to !== `/app/${from}`) faults.push(`${ref}: ${from} is synchronised to ${to}`);
      if (!(await exists(from))) faults.push(`${ref}: there is no folder ${from}`);
      if (!image.only.some((path) => from.startsWith(path)))
        faults.push(`${ref}: ${from} is not part of its build`);
    }
    if (image.target === "development" && image.live_update.length === 0)
      faults.push(`${ref} has nothing to synchronise`);
  }
  return faults;
}

/** What the Dockerfile copies from the repository to build this service. */
const contextSources = (stages: readonly Stage[], service: string): string[] =>
  stages.flatMap(({ instructions }) =>
    instructions.flatMap((each) =>
      each.kind === "COPY" && !each.from
        ? each.sources.map((source) => substitute(source, { SERVICE: service }))
        : [],
    ),
  );

async function taskFaults({ tasks }: TiltMesh, scripts: Readonly<Record<string, string>>): Promise<string[]> {
  const faults: string[] = [];
  for (const [name, { cmd, deps, labels }] of tasks) {
    const words = typeof cmd === "string" ? cmd.split(" ") : cmd;
    if (words[0] === "npm") {
      const script = words.filter((word) => !word.startsWith("--"))[words.includes("run") ? 2 : 1] ?? "";
      if (!scripts[script]) faults.push(`task ${name}: there is no npm script ${script}`);
    } else if (words[0] === "sh") {
      if (!(await exists(words[1] ?? ""))) faults.push(`task ${name}: there is no script ${words[1]}`);
    } else faults.push(`task ${name} runs ${words[0]}`);
    for (const path of deps) if (!(await exists(path))) faults.push(`task ${name}: there is no ${path}`);
    if (labels.length === 0) faults.push(`task ${name} has no label`);
  }
  return faults;
}

const exists = (path: string): Promise<boolean> =>
  access(repositoryPath(path)).then(
    () => true,
    () => false,
  );
