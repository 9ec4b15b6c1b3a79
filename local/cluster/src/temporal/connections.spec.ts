import { beforeAll, describe, expect, it, jest } from "@jest/globals";
import { find, overlayObjects, spoil } from "../../testing/mesh.ts";
import { type KubernetesObject, kubernetesObject } from "../objects.ts";
import { overlays } from "../overlays.ts";
import { mostReplicas, peakPods } from "../peak-pods.ts";
import { connectionFaults } from "./connections.ts";

// Kustomize builds every overlay once.
jest.setTimeout(120_000);

describe("PostgreSQL's connections", () => {
  let objects: KubernetesObject[];
  beforeAll(async () => {
    await overlayObjects("k8s/overlays/production");
  });

  it.each(overlays)("are enough for all pools of %s, amid a rolling update", async (overlay) => {
    expect(connectionFaults(await overlayObjects(overlay))).toEqual([]);
  });

  it.each([
    ["PostgreSQL's own default", "100", /takes 100 connections and needs \d+: temporal-frontend 5 × 16/],
    ["nothing", undefined, /does not say how many connections/],
  ])("are too few when the cluster has %s", async (_, value, fault) => {
    objects = await overlayObjects("k8s/overlays/production");
    spoil(find(objects, "Cluster", "temporal-db"), "spec.postgresql.parameters.max_connections", value);
    expect(connectionFaults(objects)).toEqual([expect.stringMatching(fault)]);
  });

  it("are too few when an autoscaler may make more pods", async () => {
    objects = await overlayObjects("k8s/overlays/production");
    const autoscaler = structuredClone(find(objects, "HorizontalPodAutoscaler", "gateway"));
    spoil(autoscaler, "spec.scaleTargetRef.name", "temporal-history");
    expect(connectionFaults([...objects, autoscaler])).toEqual([
      expect.stringMatching(/temporal-history 45 × 16/),
    ]);
  });

  it.each([
    ["temporal-frontend", "spec.replicas", 9],
    ["temporal-history", "spec.strategy", { rollingUpdate: { maxSurge: "300%" } }],
  ])("are too few when %s has %s %j", async (name, path, value) => {
    objects = await overlayObjects("k8s/overlays/production");
    spoil(find(objects, "Deployment", name), path, value);
    expect(connectionFaults(objects)).toEqual([expect.stringMatching(/takes \d+ connections and needs/)]);
  });

  it.each([
    ["larger", "TEMPORAL_STORE_CONNECTIONS", "20", /takes \d+ connections and needs/],
    ["endless", "TEMPORAL_VISIBILITY_CONNECTIONS", "0", /temporal-worker opens .* without a limit/],
  ])("are too few when a pool is %s", async (_, key, value, fault) => {
    objects = await overlayObjects("k8s/overlays/production");
    const sizes = objects.find(({ metadata }) => /^engines-/.test(metadata.name));
    spoil(sizes ?? find(objects, "ConfigMap", "engines"), `data.${key}`, value);
    expect(connectionFaults(objects)).toEqual(expect.arrayContaining([expect.stringMatching(fault)]));
  });
});

describe("the most pods of a Deployment", () => {
  const deployment = (spec: object) =>
    kubernetesObject.parse({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "d" }, spec });

  it.each([
    [{}, 3],
    [{ replicas: 4 }, 9],
    [{ replicas: 5 }, 12],
    [{ replicas: 5, strategy: { rollingUpdate: { maxSurge: 0 } } }, 10],
    [{ replicas: 2, strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 3 } } }, 7],
    [{ replicas: 5, strategy: { type: "Recreate" } }, 5],
  ])("with %j are %i", (spec, pods) => {
    expect(peakPods(deployment(spec), [])).toBe(pods);
  });

  it("are as many as its own autoscaler allows", () => {
    const autoscaler = (name: string) =>
      kubernetesObject.parse({
        apiVersion: "autoscaling/v2",
        kind: "HorizontalPodAutoscaler",
        metadata: { name },
        spec: { scaleTargetRef: { kind: "Deployment", name }, maxReplicas: 10 },
      });
    expect(mostReplicas(deployment({ replicas: 2 }), [autoscaler("d")])).toBe(10);
    expect(mostReplicas(deployment({ replicas: 2 }), [autoscaler("e")])).toBe(2);
  });
});
