import { z } from "zod";
import type { Configured } from "./configurations.ts";
import { environment } from "./environment.ts";
import { type KubernetesObject, ofKind, workloads } from "./objects.ts";
import { block, natsText, setting } from "./tls/nats-blocks.ts";

/** The variables that have the size of a stream: events, or what is kept beside them. */
const SIZES = ["EVENT_MAX_BYTES", "UPLOADS_MAX_BYTES", "FILES_MAX_BYTES"];
/** What a file system, and a moment's delay, leave of a disk. */
const SHARE = 0.95;
const units: Readonly<Record<string, number>> = {
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  M: 1e6,
  G: 1e9,
  T: 1e12,
};

const claim = z.looseObject({
  spec: z.object({ resources: z.object({ requests: z.object({ storage: z.string() }) }) }),
});
const set = z.looseObject({ spec: z.looseObject({ volumeClaimTemplates: z.tuple([claim]) }) });

/**
 * Where NATS is told to store more than its disk holds, on which it would break instead of refusing events, or its
 * streams have no size or more together than it may store, of which it would refuse one.
 */
export function diskFaults(objects: readonly KubernetesObject[], processes: readonly Configured[]): string[] {
  const nats = ofKind(objects, "StatefulSet").find(({ metadata }) => metadata.name === "nats");
  if (!nats) return [];
  const { storage } = set.parse(nats).spec.volumeClaimTemplates[0].spec.resources.requests;
  const limit = maxFileStore(objects);
  if (limit !== "$EVENT_STORAGE") return [`nats may store ${limit ?? "what it likes"}, not EVENT_STORAGE`];
  const [broker, operations] = ["nats", "operations"].map((name) => storable(name, objects));
  const faults: string[] = [];
  if (!(Number(broker) <= SHARE * bytesOf(storage)))
    faults.push(`nats may store ${broker} bytes, more than 95 % of its disk of ${storage}`);
  if (operations !== broker)
    faults.push(`operations expects that nats may store ${operations} bytes, not ${broker}`);
  return [...faults, ...streamFaults(processes, Number(broker))];
}

/** The broker keeps the whole size of a stream free for it. */
function streamFaults(processes: readonly Configured[], limit: number): string[] {
  const faults: string[] = [];
  let sum = 0;
  for (const { title, env, module } of processes) {
    if (!("EVENT_MAX_BYTES" in module.schema.shape)) continue;
    const config = module.config(env);
    for (const name of SIZES.filter((name) => name in module.schema.shape)) {
      const size = config[name];
      if (size === undefined) faults.push(`${title} says no size of its stream (${name})`);
      else sum += Number(size);
    }
  }
  if (sum > limit) faults.push(`streams may take ${sum} bytes together, and nats stores ${limit}`);
  return faults;
}

/** What the broker's configuration says that its streams may take of the disk. */
const maxFileStore = (objects: readonly KubernetesObject[]): string | undefined =>
  workloads(objects)
    .filter(({ name }) => name === "nats")
    .flatMap((nats) => setting(block(natsText(nats, objects), "jetstream") ?? "", "max_file_store") ?? [])[0];

function storable(name: string, objects: readonly KubernetesObject[]): string | undefined {
  const container = workloads(objects).find((workload) => workload.name === name)?.pod.containers[0];
  return container && environment(container, objects).EVENT_STORAGE;
}

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity */
function bytesOf(quantity: string): number {
  const [, amount, unit = ""] = /^(\d+)(\w*)$/.exec(quantity) ?? [];
  return Number(amount) * (unit === "" ? 1 : (units[unit] ?? Number.NaN));
}
