import { describe, expect, it, jest } from "@jest/globals";
import { find, overlayObjects, spoil } from "../testing/mesh.ts";
import { type KubernetesObject, workloads } from "./objects.ts";
import { isFixed, namespaceFaults, podFaults } from "./pods.ts";

// Kustomize builds every overlay once.
jest.setTimeout(120_000);

/** Each rule of pods, broken once. */
let objects: KubernetesObject[];

describe("the rules of pods", () => {
  const pod = "spec.template.spec";
  it.each([
    [`${pod}.securityContext.runAsNonRoot`, undefined, "may run as root"],
    [`${pod}.securityContext.runAsUser`, 0, "may run as root"],
    [`${pod}.securityContext.seccompProfile`, undefined, "has no seccomp profile"],
    [`${pod}.automountServiceAccountToken`, undefined, "is given a token"],
    [`${pod}.enableServiceLinks`, undefined, "named after Services"],
    [`${pod}.containers.0.securityContext.allowPrivilegeEscalation`, undefined, "may gain privileges"],
    [`${pod}.containers.0.securityContext.capabilities`, { drop: [] }, "keeps capabilities"],
    [`${pod}.containers.0.securityContext.readOnlyRootFilesystem`, undefined, "read-only"],
    [`${pod}.containers.0.resources.limits.memory`, undefined, "has no limit of memory"],
    [`${pod}.containers.0.resources.requests.cpu`, undefined, "requests no cpu"],
    [`${pod}.containers.0.readinessProbe`, undefined, "has no readiness probe"],
    [`${pod}.containers.0.livenessProbe`, undefined, "has no liveness probe"],
    [`${pod}.containers.0.readinessProbe.grpc.service`, "dependencies", "is ready as dependencies says"],
    [`${pod}.containers.0.livenessProbe.grpc.service`, undefined, "is restarted for what"],
    [`${pod}.containers.0.livenessProbe.grpc.service`, "dependencies", "is restarted for what"],
    [`${pod}.containers.0.startupProbe.grpc.service`, undefined, "is restarted for what"],
    [`${pod}.containers.0.readinessProbe.grpc.port`, 9092, "is asked at port 9092, which it does not have"],
    [`${pod}.containers.0.readinessProbe`, { tcpSocket: { port: "rpc" } }, "is asked at port rpc, which"],
    [`${pod}.containers.0.ports.0.hostPort`, 9091, "is reached past every policy"],
    [`${pod}.hostNetwork`, true, "is in the network of its node"],
    [`${pod}.containers.0.lifecycle`, undefined, "stops without waiting"],
    [`${pod}.containers.0.lifecycle.preStop.sleep.seconds`, 30, "is killed after 45 s, and may need 55 s"],
    [`${pod}.terminationGracePeriodSeconds`, 20, "is killed after 20 s"],
    [`${pod}.containers.0.image`, "ticketing/tickets:latest", "can change under the same name"],
  ])("see a Deployment whose %s is %j", async (path, value, fault) => {
    objects = await overlayObjects("k8s/overlays/production");
    spoil(find(objects, "Deployment", "tickets"), path, value);
    expect(workloads(objects).flatMap(podFaults)).toEqual([expect.stringContaining(fault)]);
  });

  it.each(["privileged", "baseline", undefined])("see a namespace that enforces %s", async (level) => {
    objects = await overlayObjects("k8s/overlays/production");
    expect(namespaceFaults(objects)).toEqual([]);
    const labels = level === undefined ? {} : { "pod-security.kubernetes.io/enforce": level };
    spoil(find(objects, "Namespace", "ticketing"), "metadata.labels", labels);
    expect(namespaceFaults(objects)).toEqual(["Namespace ticketing does not enforce PodSecurity restricted"]);
  });

  it("take a digest or a release for fixed, and nothing that moves", () => {
    const digest = `x@sha256:${"0".repeat(64)}`;
    for (const image of [
      digest,
      "x:0.1.0",
      "x:v1.2.3",
      "nats:2.15.0-alpine",
      "envoy:distroless-v1.40.0",
      "pg:18.4-system-trixie",
    ])
      expect([image, isFixed(image)]).toEqual([image, true]);
    for (const image of [
      "x",
      "x:latest",
      "x:1",
      "x:1.2",
      "localhost:5000/x",
      "x:stable",
      "x:18-trixie",
      "x@sha256:0",
    ])
      expect([image, isFixed(image)]).toEqual([image, false]);
  });
});
