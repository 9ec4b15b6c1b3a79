import { z } from "zod";
import { ownImage } from "./configurations.ts";
import { type KubernetesObject, ofKind, workloads } from "./objects.ts";

/** The longest that a cluster's DNS remembers a Service's pods (CoreDNS' usual `ttl`), and callers between two looks. */
const KNOWN_AFTER_SECONDS = 35;

// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy
const usual = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%" } };
const rollout = z.object({
  spec: z.object({
    minReadySeconds: z.number().default(0),
    strategy: z
      .object({
        type: z.string().default(usual.type),
        rollingUpdate: z
          .object({ maxUnavailable: z.union([z.number(), z.string()]).default("25%") })
          .default(usual.rollingUpdate),
      })
      .default(usual),
  }),
});

/**
 * A rolling update of our processes ends an old pod only when a new one is ready and callers know it. Without that wait
 * all pods that a caller knows may be gone before it has looked again.
 */
export function rolloutFaults(objects: readonly KubernetesObject[]): string[] {
  const ours = workloads(objects).filter(({ pod }) => pod.containers.some(ownImage));
  return ofKind(objects, "Deployment")
    .filter(({ metadata }) => ours.some(({ name }) => name === metadata.name))
    .flatMap((object) => {
      const { minReadySeconds, strategy } = rollout.parse(object).spec;
      const { name } = object.metadata;
      const faults: string[] = [];
      if (minReadySeconds < KNOWN_AFTER_SECONDS)
        faults.push(`goes on ${minReadySeconds} s after a new pod, which nobody may know yet`);
      if (strategy.type !== "RollingUpdate" || ![0, "0%"].includes(strategy.rollingUpdate.maxUnavailable))
        faults.push("ends a pod before another one is ready");
      return faults.map((fault) => `Deployment ${name} ${fault}`);
    });
}
