import { expect, it, jest } from "@jest/globals";
import { find, overlayObjects, spoil } from "../testing/mesh.ts";
import { rolloutFaults } from "./rollouts.ts";

// Kustomize builds every overlay once.
jest.setTimeout(120_000);

it("a rolling update in production waits until callers know the new pod", async () => {
  expect(rolloutFaults(await overlayObjects("k8s/overlays/production"))).toEqual([]);
});

it.each([
  ["orders", undefined, /orders goes on 0 s/],
  ["web", 5, /web goes on 5 s/],
  ["gateway", 34, /gateway goes on 34 s/],
])("one of %s that waits for %s seconds is found", async (name, seconds, fault) => {
  const objects = await overlayObjects("k8s/overlays/production");
  spoil(find(objects, "Deployment", name), "spec.minReadySeconds", seconds);
  expect(rolloutFaults(objects)).toEqual([expect.stringMatching(fault)]);
});

it.each([
  ["gateway", "spec.strategy", { type: "Recreate" }],
  ["orders", "spec.strategy", undefined],
  ["web", "spec.strategy.rollingUpdate.maxUnavailable", "50%"],
])("one of %s whose %s is %j ends pods too early", async (name, path, value) => {
  const objects = await overlayObjects("k8s/overlays/production");
  spoil(find(objects, "Deployment", name), path, value);
  expect(rolloutFaults(objects)).toEqual([`Deployment ${name} ends a pod before another one is ready`]);
});
