import { z } from "zod";
import { type KubernetesObject, ofKind, title, type Workload } from "../objects.ts";
import { certificates } from "./certificates.ts";

const role = z.object({
  rules: z.array(
    z.object({ resources: z.array(z.string()).default([]), resourceNames: z.array(z.string()).default([]) }),
  ),
});

/**
 * Whoever has the key of an authority can be anybody in the mesh: no pod is given it, and none may ask Kubernetes for it.
 * One sentence for each that is, or may.
 */
export function authorityKeyFaults(all: readonly Workload[], objects: readonly KubernetesObject[]): string[] {
  const secrets = certificates(objects)
    .filter(({ isCA }) => isCA)
    .map(({ secretName }) => secretName);
  const given = all.flatMap(({ kind, name, pod }) =>
    pod.volumes
      .flatMap(({ secret, projected }) => [
        ...(secret ? [{ name: secret.secretName, items: undefined }] : []),
        ...(projected?.sources ?? []).flatMap(({ secret: source }) => (source ? [source] : [])),
      ])
      .filter((source) => secrets.includes(source.name))
      .filter(({ items }) => !items || items.some(({ key }) => key !== "ca.crt"))
      .map((source) => `${kind} ${name} is given more of Secret ${source.name} than its ca.crt`),
  );
  const readers = ["Role", "ClusterRole"]
    .flatMap((kind) => ofKind(objects, kind))
    .filter((object) =>
      role
        .parse(object)
        .rules.some(
          ({ resources, resourceNames }) =>
            resources.some((resource) => resource === "secrets" || resource === "*") &&
            (resourceNames.length === 0 || resourceNames.some((name) => secrets.includes(name))),
        ),
    )
    .map((object) => `${title(object)} may read the key of an authority`);
  return [...given, ...readers];
}
