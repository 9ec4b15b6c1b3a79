import { z } from "zod";
import { matches } from "./network.ts";
import { allPods } from "./network-calls.ts";
import { type KubernetesObject, ofKind, title, workloads } from "./objects.ts";
import { leastReplicas } from "./peak-pods.ts";

const budget = z.object({
  spec: z.object({
    maxUnavailable: z.int().optional(),
    minAvailable: z.int().optional(),
    selector: z.strictObject({ matchLabels: z.record(z.string(), z.string()) }),
  }),
});

const members = z.object({ spec: z.object({ members: z.int() }) });

/**
 * Maintenance takes one pod after the other of whatever has several: each has one PodDisruptionBudget, which lets one
 * pod go. CloudNativePG makes those of its clusters itself (`enablePDB`); the MongoDB operator makes none.
 */
export function budgetFaults(objects: readonly KubernetesObject[]): string[] {
  const pods = allPods(workloads(objects), objects);
  const budgets = ofKind(objects, "PodDisruptionBudget").map((object) => ({
    title: title(object),
    ...budget.parse(object).spec,
  }));
  const counted = several(objects);
  const faults = counted.flatMap(({ name, replicas }) => {
    const labels = pods.find((each) => each.name === name)?.labels ?? {};
    const own = budgets.filter(({ selector }) => matches(selector.matchLabels, labels));
    if (own.length !== 1)
      return [`${name} has ${replicas} pods and ${own.length} PodDisruptionBudgets, not one`];
    return own
      .filter(
        ({ maxUnavailable, minAvailable = replicas }) => (maxUnavailable ?? replicas - minAvailable) !== 1,
      )
      .map((each) => `${each.title} does not let just one of ${replicas} pods go`);
  });
  const names = new Set(counted.map(({ name }) => name));
  const idle = budgets.filter(
    ({ selector }) =>
      !pods.some(({ name, labels }) => names.has(name) && matches(selector.matchLabels, labels)),
  );
  return [...faults, ...idle.map((each) => `${each.title} is for nothing that has several pods`)];
}

/** What has more than one pod for as long as it runs. */
function several(objects: readonly KubernetesObject[]): { name: string; replicas: number }[] {
  const own = ["Deployment", "StatefulSet"].flatMap((kind) =>
    ofKind(objects, kind).map((object) => ({
      name: object.metadata.name,
      replicas: leastReplicas(object, objects),
    })),
  );
  const sets = ofKind(objects, "MongoDBCommunity").map((object) => ({
    name: object.metadata.name,
    replicas: members.parse(object).spec.members,
  }));
  return [...own, ...sets].filter(({ replicas }) => replicas > 1);
}
