import { type Configured, configured } from "../src/configurations.ts";
import { networkFaults } from "../src/network.ts";
import { allCalls, allPods, formerCalls } from "../src/network-calls.ts";
import { configMap, type KubernetesObject, networkPolicies, ofKind, workloads } from "../src/objects.ts";
import { buildOverlays, type Overlay } from "../src/overlays.ts";

let built: ReturnType<typeof buildOverlays> | undefined;

/** A copy of an overlay's objects that a spec may spoil, with the Secrets that the pods name. */
export async function overlayObjects(overlay: Overlay): Promise<KubernetesObject[]> {
  built ??= buildOverlays();
  return structuredClone((await built).get(overlay) ?? []);
}

export const configurationsOf = (objects: readonly KubernetesObject[]): Promise<Configured[]> =>
  configured(workloads(objects), objects);

/** What the check of the network policies finds in these objects. */
export async function networkFaultsOf(objects: readonly KubernetesObject[]): Promise<string[]> {
  const all = workloads(objects);
  const calls = allCalls(all, await configurationsOf(objects), objects);
  return networkFaults([...calls, ...formerCalls], allPods(all, objects), networkPolicies(objects));
}

/** One object, to be spoilt in place. */
export function find(objects: readonly KubernetesObject[], kind: string, name: string): KubernetesObject {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`there is no ${kind} ${name}`);
  return found;
}

/** Sets, or with `undefined` removes, what is at a path such as `spec.template.spec.containers.0.image`. */
export function spoil(object: KubernetesObject, path: string, value: unknown): void {
  const steps = path.split(".");
  const last = steps.pop() ?? "";
  let at: unknown = object;
  for (const step of steps) at = (at as Record<string, unknown>)[step];
  const holder = at as Record<string, unknown>;
  if (value !== undefined) holder[last] = value;
  else if (last in holder) delete holder[last];
  else throw new Error(`there is no ${path}`);
}

/** Changes a text of the file of a ConfigMap, whose name goes on with the hash of what is in it. */
export function rewrite(
  objects: readonly KubernetesObject[],
  prefix: string,
  file: string,
  from: string | RegExp,
  to: string,
): void {
  const holder = ofKind(objects, "ConfigMap").find(({ metadata }) => metadata.name.startsWith(`${prefix}-`));
  const name = holder?.metadata.name ?? "";
  const files = configMap(objects, name) ?? {};
  const text = files[file]?.replace(from, to);
  if (text === undefined || text === files[file]) throw new Error(`${file} has no ${from}`);
  spoil(find(objects, "ConfigMap", name), "data", { ...files, [file]: text });
}
