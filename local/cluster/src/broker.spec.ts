import { beforeEach, describe, expect, it, jest } from "@jest/globals";
import { configurationsOf, find, overlayObjects, rewrite, spoil } from "../testing/mesh.ts";
import { brokerFaults } from "./broker.ts";
import { listeningFaults } from "./envoy-dns.ts";
import { type KubernetesObject, ofKind } from "./objects.ts";

// Kustomize builds every overlay once.
jest.setTimeout(120_000);

let objects: KubernetesObject[];
beforeEach(async () => {
  objects = await overlayObjects("k8s/overlays/production");
});
const faults = async () => brokerFaults(objects, await configurationsOf(objects));
const settings = () =>
  ofKind(objects, "ConfigMap").find(({ metadata }) => metadata.name.startsWith("processes-"))?.metadata
    .name ?? "";

describe("the broker", () => {
  it.each(["k8s/overlays/local", "k8s/overlays/production", "tilt"] as const)(
    "keeps what it acknowledges in %s",
    async (overlay) => {
      objects = await overlayObjects(overlay);
      expect(await faults()).toEqual([]);
    },
  );

  it.each(["sync_interval: 2m", ""])("loses what it acknowledged with %j", async (line) => {
    rewrite(objects, "nats", "nats.conf", "sync_interval: always", line);
    expect(await faults()).toEqual([expect.stringContaining("before they are on its disk")]);
  });

  it.each(["livenessProbe", "readinessProbe"])(
    "is not asked whether all has caught up by %s",
    async (kind) => {
      const path = `spec.template.spec.containers.0.${kind}.httpGet.path`;
      spoil(find(objects, "StatefulSet", "nats"), path, "/healthz");
      expect(await faults()).toEqual([expect.stringMatching(/^the (liveness|readiness) of nats is not/)]);
    },
  );

  it("keeps events on all of its servers", async () => {
    spoil(find(objects, "ConfigMap", settings()), "data.EVENT_REPLICAS", "1");
    expect(await faults()).toContain("Deployment tickets keeps events on 1 of 3 servers of nats");
  });
});

it.each(["127.0.0.1", "::1"])("a process that listens on %s is found", async (HOST) => {
  expect(listeningFaults(await configurationsOf(objects))).toEqual([]);
  const deployment = find(objects, "Deployment", "web");
  const path = "spec.template.spec.containers.0.env";
  const { container } =
    (await configurationsOf(objects)).find(({ workload }) => workload.name === "web") ?? {};
  const env = container?.env.filter(({ name }) => name !== "HOST") ?? [];
  spoil(deployment, path, [...env, { name: "HOST", value: HOST }]);
  expect(listeningFaults(await configurationsOf(objects))).toEqual([
    `Deployment web listens on ${HOST}, where nobody finds it`,
  ]);
});
