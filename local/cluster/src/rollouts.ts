import { z } from "zod";
import { ownImage } from "./configurations.ts";
import { type KubernetesObject, ofKind, workloads } from "./objects.ts";

/** The longest that a cluster's DNS remembers a Service's pods (CoreDNS' usual `ttl`), and callers between two looks. */
const KNOWN_AFTER_SECONDS = 35;

const rollout = z.object({ spec: z.object({ minReadySeconds: z.number().default(0) }) });

/**
 * A rolling update of our processes ends an old pod only when callers know a new one. Without that wait all pods that a
 * caller knows may be gone before it has looked again.
 */
export function rolloutFaults(objects: readonly KubernetesObject[]): string[] {
  const ours = workloads(objects).filter(({ pod }) => pod.containers.some(ownImage));
  return ofKind(objects, "Deployment")
    .filter(({ metadata }) => ours.some(({ name }) => name === metadata.name))
    .flatMap((object) => {
      const { minReadySeconds } = rollout.parse(object).spec;
      return minReadySeconds < KNOWN_AFTER_SECONDS
        ? [
            `Deployment ${object.metadata.name} goes on ${minReadySeconds} s after a new pod, which nobody may know yet`,
          ]
        : [];
    });
}
