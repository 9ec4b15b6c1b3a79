import { beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { find, overlayObjects, rewrite, spoil } from "../../testing/mesh.ts";
import { type KubernetesObject, workloads } from "../objects.ts";
import { roleFaults, temporalRoles } from "./server-config.ts";
import { type Structure, serverStructure } from "./structure.ts";

// Kustomize builds every overlay once.
jest.setTimeout(120_000);

let structure: { version: string; config: Structure };
beforeAll(async () => {
  structure = await serverStructure();
});
let objects: KubernetesObject[];
beforeEach(async () => {
  objects = await overlayObjects("k8s/overlays/production");
});

const faults = (): string[] =>
  temporalRoles(workloads(objects)).flatMap((role) => roleFaults(role, objects, structure));

describe("a role of Temporal", () => {
  it.each([
    ["postgres12_pgx", "postgres12_pxg", "temporal-history: the server has no plugin postgres12_pxg"],
    ["databaseName: temporal_visibility", "databaseName: seen", "nobody makes the database seen"],
    [
      'hostPort: "temporal-frontend:7233"',
      'hostPort: "temporal:7233"',
      "there is no frontend at temporal:7233",
    ],
    [
      'hostPort: "temporal-frontend:7233"',
      'hostPort: "temporal-frontend:7234"',
      "no frontend at temporal-frontend:7234",
    ],
  ])("that has not %s but %s is found", (from, to, fault) => {
    rewrite(objects, "temporal", "server.yaml", from, to);
    expect(faults()).toContainEqual(expect.stringContaining(fault));
  });

  it("whose database is of another cluster is found", () => {
    spoil(find(objects, "Database", "temporal-visibility"), "spec.cluster.name", "other");
    expect(faults()).toContainEqual(expect.stringContaining("nobody makes the database temporal_visibility"));
  });

  it("that counts the shards otherwise is found", () => {
    const deployment = find(objects, "Deployment", "temporal-matching");
    const env = workloads([deployment])[0]?.pod.containers[0]?.env ?? [];
    const others = env.filter(({ name }) => name !== "NUM_HISTORY_SHARDS");
    const path = "spec.template.spec.containers.0.env";
    spoil(deployment, path, [...others, { name: "NUM_HISTORY_SHARDS", value: "256" }]);
    expect(faults()).toContain("temporal-history: its shards or stores are not those of temporal-matching");
  });
});
