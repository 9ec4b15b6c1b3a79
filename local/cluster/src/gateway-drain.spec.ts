import { describe, expect, it, jest } from "@jest/globals";
import { find, overlayObjects, spoil } from "../testing/mesh.ts";
import { drainFaults } from "./gateway-drain.ts";
import { type KubernetesObject, workloads } from "./objects.ts";
import { podFaults } from "./pods.ts";

// Kustomize builds every overlay once.
jest.setTimeout(120_000);

const pod = "spec.template.spec";
const spoilt = async (path: string, value: unknown): Promise<KubernetesObject[]> => {
  const objects = await overlayObjects("k8s/overlays/production");
  spoil(find(objects, "Deployment", "gateway"), path, value);
  return objects;
};

describe("the drain of the gateway's pod", () => {
  it.each(["k8s/overlays/local", "k8s/overlays/production", "tilt"] as const)(
    "is whole in %s",
    async (overlay) => {
      expect(drainFaults(await overlayObjects(overlay))).toEqual([]);
    },
  );

  it.each([
    ["nothing drains", `${pod}.containers.0.args`, ["service/src/configure.ts"], /nothing drains/],
    ["the drain begins at once", `${pod}.containers.0.lifecycle`, undefined, /begins after 0 s/],
    ["it hardly waits", `${pod}.containers.0.lifecycle.preStop.sleep.seconds`, 3, /begins after 3 s/],
    [
      "it waits for longer than it may",
      `${pod}.containers.0.lifecycle.preStop.sleep.seconds`,
      30,
      /killed after 60 s/,
    ],
    [
      "Kubernetes' own time to end holds",
      `${pod}.terminationGracePeriodSeconds`,
      undefined,
      /killed after 30 s/,
    ],
    ["the time to end is as before", `${pod}.terminationGracePeriodSeconds`, 45, /killed after 45 s.*55 s/],
    ["Envoy ends together with its drain", `${pod}.initContainers.1.restartPolicy`, undefined, /no sidecar/],
    [
      "Envoy keeps its own time",
      `${pod}.initContainers.1.args`,
      ["-c", "/config/envoy.yaml"],
      /--drain-time-s 6/,
    ],
    [
      "liveness is readiness",
      `${pod}.initContainers.1.livenessProbe.httpGet.path`,
      "/ready",
      /is killed, as if/,
    ],
    ["readiness is liveness", `${pod}.initContainers.1.readinessProbe.httpGet.path`, "/live", /nobody sees/],
    ["it is seen late", `${pod}.initContainers.1.readinessProbe.failureThreshold`, 20, /seen after 60 s/],
    [
      "the drain asks elsewhere",
      `${pod}.containers.0.env`,
      [{ name: "ADMIN_PORT", value: "9902" }],
      /asks 9902/,
    ],
  ])("is missed when %s", async (_, path, value, fault) => {
    expect(drainFaults(await spoilt(path, value))).toEqual([expect.stringMatching(fault)]);
  });

  it("is missed when Envoy starts before its configuration is written", async () => {
    const objects = await overlayObjects("k8s/overlays/production");
    const { initContainers } = workloads(objects).find(({ name }) => name === "gateway")?.pod ?? {};
    spoil(find(objects, "Deployment", "gateway"), `${pod}.initContainers`, initContainers?.toReversed());
    expect(drainFaults(objects)).toEqual([expect.stringContaining("before its configuration")]);
  });

  it("does not keep a sidecar from the rules of what serves", async () => {
    const objects = await spoilt(`${pod}.initContainers.1.readinessProbe`, undefined);
    expect(workloads(objects).flatMap(podFaults)).toEqual([expect.stringContaining("no readiness probe")]);
  });
});
