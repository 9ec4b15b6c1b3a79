import { z } from "zod";
import { type KubernetesObject, ofKind } from "./objects.ts";

const count = z.union([z.int(), z.string().regex(/^\d+%$/)]);

// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy
const deployment = z.object({
  spec: z.object({
    replicas: z.int().default(1),
    strategy: z
      .object({
        type: z.enum(["RollingUpdate", "Recreate"]).default("RollingUpdate"),
        rollingUpdate: z.object({ maxSurge: count.default("25%") }).default({ maxSurge: "25%" }),
      })
      .default({ type: "RollingUpdate", rollingUpdate: { maxSurge: "25%" } }),
  }),
});

const autoscaler = z.object({
  spec: z.object({
    scaleTargetRef: z.object({ kind: z.string(), name: z.string() }),
    minReplicas: z.int().default(1),
    maxReplicas: z.int(),
  }),
});

/** How many pods a workload is meant to have at most: its autoscaler's maximum, else its replicas. */
export const mostReplicas = (object: KubernetesObject, objects: readonly KubernetesObject[]): number =>
  autoscalerOf(object, objects)?.maxReplicas ?? deployment.parse(object).spec.replicas;

/** How many pods a workload is meant to have at least: its autoscaler's minimum, else its replicas. */
export const leastReplicas = (object: KubernetesObject, objects: readonly KubernetesObject[]): number =>
  autoscalerOf(object, objects)?.minReplicas ?? deployment.parse(object).spec.replicas;

const autoscalerOf = ({ kind, metadata }: KubernetesObject, objects: readonly KubernetesObject[]) =>
  ofKind(objects, "HorizontalPodAutoscaler")
    .map((each) => autoscaler.parse(each).spec)
    .find(({ scaleTargetRef }) => scaleTargetRef.kind === kind && scaleTargetRef.name === metadata.name);

/**
 * How many pods of a Deployment may run at once: during a rolling update, its replicas and the surge, and as many that
 * are ending, which Kubernetes does not count any more and which hold their connections until they have drained.
 */
export function peakPods(object: KubernetesObject, objects: readonly KubernetesObject[]): number {
  const { strategy } = deployment.parse(object).spec;
  const replicas = mostReplicas(object, objects);
  if (strategy.type === "Recreate") return replicas;
  const { maxSurge } = strategy.rollingUpdate;
  const surge =
    typeof maxSurge === "number" ? maxSurge : Math.ceil((Number.parseInt(maxSurge, 10) / 100) * replicas);
  return 2 * replicas + surge;
}
