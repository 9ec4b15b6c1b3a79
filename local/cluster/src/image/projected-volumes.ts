import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type KubernetesObject, type PodSpec, secret } from "../objects.ts";

/** Writes the files of a pod's projected volumes below `folder`, each under its volume's name, as the kubelet does. */
export async function projectVolumes(
  pod: PodSpec,
  objects: readonly KubernetesObject[],
  folder: string,
): Promise<void> {
  for (const { name, projected } of pod.volumes) {
    for (const { secret: source } of projected?.sources ?? []) {
      if (!source) continue;
      const values = secret(objects, source.name);
      if (!values) throw new Error(`Secret ${source.name} is not there`);
      const items = source.items ?? Object.keys(values).map((key) => ({ key, path: key }));
      for (const { key, path } of items) {
        const value = values[key];
        if (value === undefined) throw new Error(`Secret ${source.name} has no key ${key}`);
        const file = join(folder, name, path);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, value);
      }
    }
  }
}
