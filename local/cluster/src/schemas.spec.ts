import { describe, expect, it, jest } from "@jest/globals";
import { find, overlayObjects, spoil } from "../testing/mesh.ts";
import { customResourceFaults, isCustom } from "./custom-resources.ts";
import type { KubernetesObject } from "./objects.ts";
import { runPython } from "./python.ts";

// Kustomize builds every overlay once.
jest.setTimeout(120_000);

/** Each rule of the schemas, broken once. */
let objects: KubernetesObject[];

describe("Kubernetes' schemas", () => {
  it("find a misspelt field, a wrong type and an unknown kind", async () => {
    objects = await overlayObjects("k8s/overlays/production");
    spoil(find(objects, "Deployment", "orders"), "spec.template.spec.containers.0.livenesProbe", {});
    spoil(find(objects, "Service", "tickets"), "spec.ports.0.port", "http");
    const settings = objects.find(({ kind }) => kind === "ConfigMap");
    if (settings) settings.kind = "ConfigMat";
    const faults = await runPython("validate.py", {
      versions: ["1.34"],
      objects: objects.filter((object) => !isCustom(object)),
    });
    expect(faults).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/Deployment orders.*livenesProbe/),
        expect.stringMatching(/Service tickets.*ports.0.port/),
        expect.stringMatching(/ConfigMat/),
      ]),
    );
    expect(faults).toHaveLength(3);
  }, 60_000);
});

describe("our schemas of operators' resources", () => {
  it.each([
    ["MongoDBCommunity", "mongodb", "spec.securty", {}, /securty/],
    ["MongoDBCommunity", "mongodb", "spec.users.1.roles.0.db", "auth", /its own database alone/],
    ["MongoDBCommunity", "mongodb", "spec.version", "8", /version/],
    [
      "MongoDBCommunity",
      "mongodb",
      "spec.statefulSet.spec.template.spec.containers.0.resources.limits.cpu",
      undefined,
      /limits.cpu/,
    ],
    ["Cluster", "temporal-db", "spec.postgresql.synchronous.dataDurability", "preferred", /dataDurability/],
    ["Cluster", "temporal-db", "spec.imageName", "postgresql:18.4-trixie", /same name/],
    ["Cluster", "temporal-db", "spec.postgresql.parameters.max_connections", 340, /expected string/],
    ["Database", "temporal-visibility", "spec.owner", undefined, /owner/],
    ["MongoDBCommunity", "mongodb", "spec.security.tls.optional", true, /optional/],
    ["Cluster", "temporal-db", "spec.certificates.serverTlsSecret", "x", /serverTlsSecret/],
    ["Issuer", "ca", "spec.ca.secret", "ca", /secret/],
    ["Certificate", "orders", "spec.dnsName", "orders", /dnsName/],
    ["Certificate", "orders", "spec.dnsNames", [], /dnsNames/],
    ["Certificate", "orders", "spec.privateKey.rotationPolicy", "Never", /rotationPolicy/],
    ["Certificate", "orders", "spec.privateKey.algorithm", "RSA", /algorithm/],
    ["Certificate", "orders", "spec.duration", "8760h", /longer than 90 days/],
    ["Certificate", "orders", "spec.renewBefore", "720h", /renewed after it has ended/],
    ["Certificate", "ca", "spec.privateKey.rotationPolicy", "Always", /rotationPolicy/],
    ["Certificate", "ca", "spec.privateKey.rotationPolicy", undefined, /rotationPolicy/],
  ])("see a %s %s whose %s is %j", async (kind, name, path, value, fault) => {
    objects = await overlayObjects("k8s/overlays/production");
    expect(objects.flatMap(customResourceFaults)).toEqual([]);
    spoil(find(objects, kind, name), path, value);
    expect(objects.flatMap(customResourceFaults)).toEqual([expect.stringMatching(fault)]);
  });
});

describe("our schema of alarms", () => {
  it.each([
    ["expr", "kubelet_volume_stats_used_bytes > 0.7", /expr/],
    ["for", "10", /for/],
    ["labels", {}, /severity/],
    ["summary", "full", /summary/],
  ])("sees a rule whose %s is %j", async (field, value, fault) => {
    objects = await overlayObjects("k8s/components/volume-alarms");
    expect(objects.flatMap(customResourceFaults)).toEqual([]);
    spoil(find(objects, "PrometheusRule", "volumes"), `spec.groups.0.rules.0.${field}`, value);
    expect(objects.flatMap(customResourceFaults)).toContainEqual(expect.stringMatching(fault));
  });
});
