import { describe, expect, it, jest } from "@jest/globals";
import { find, overlayObjects, spoil } from "../testing/mesh.ts";
import { budgetFaults } from "./budgets.ts";
import type { KubernetesObject } from "./objects.ts";

// Kustomize builds every overlay once.
jest.setTimeout(120_000);

/** Each rule of PodDisruptionBudgets, broken once. */
let objects: KubernetesObject[];

describe("the budgets of maintenance", () => {
  it.each(["k8s/overlays/local", "k8s/overlays/production"] as const)("are whole in %s", async (overlay) => {
    expect(budgetFaults(await overlayObjects(overlay))).toEqual([]);
  });

  it.each([
    ["a set of MongoDB has none", "mongodb", "kind", "Nothing", "mongodb has 3 pods and 0 Pod"],
    ["one selects other pods", "nats", "spec.selector.matchLabels", { a: "b" }, "nats has 3 pods and 0 Pod"],
    ["one lets no pod go", "orders", "spec.maxUnavailable", 0, "PodDisruptionBudget orders does not let"],
    ["one lets all pods go", "mongodb", "spec.maxUnavailable", 3, "PodDisruptionBudget mongodb does not let"],
    ["one selects others too", "web", "spec.selector.matchLabels", {}, "auth has 2 pods and 2 Pod"],
  ])("are missed when %s", async (_, name, path, value, fault) => {
    objects = await overlayObjects("k8s/overlays/production");
    spoil(find(objects, "PodDisruptionBudget", name), path, value);
    expect(budgetFaults(objects)).toContainEqual(expect.stringContaining(fault));
  });

  it("are missed when a Deployment gets a second pod", async () => {
    objects = await overlayObjects("k8s/overlays/production");
    spoil(find(objects, "Deployment", "temporal-worker"), "spec.replicas", 2);
    expect(budgetFaults(objects)).toEqual(["temporal-worker has 2 pods and 0 PodDisruptionBudgets, not one"]);
  });

  it("are for nothing where there is one pod", async () => {
    objects = await overlayObjects("k8s/overlays/production");
    spoil(find(objects, "StatefulSet", "nats"), "spec.replicas", 1);
    expect(budgetFaults(objects)).toEqual(["PodDisruptionBudget nats is for nothing that has several pods"]);
  });
});
