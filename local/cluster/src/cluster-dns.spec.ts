import { describe, expect, it, jest } from "@jest/globals";
import { find, overlayObjects, spoil } from "../testing/mesh.ts";
import { dnsFaults } from "./cluster-dns.ts";
import { networkPolicies } from "./objects.ts";
import { forUsers } from "./overlays.ts";

// Kustomize builds every overlay once.
jest.setTimeout(120_000);

describe("the policy of DNS", () => {
  it.each(forUsers)("lets names be looked up in %s", async (overlay) => {
    expect(dnsFaults(networkPolicies(await overlayObjects(overlay)))).toEqual([]);
  });

  const to = "spec.egress.0.to.0";
  it.each([
    ["spec.egress.0.ports", [{ port: 53, protocol: "TCP" }], "does not open port 53 by UDP"],
    ["spec.egress.0.ports", [{ port: 53 }, { port: 5353, protocol: "UDP" }], "does not open port 53 by UDP"],
    ["spec.egress.0.ports.1.protocol", "UDP", "does not open port 53 by TCP"],
    [`${to}.podSelector.matchLabels`, { "k8s-app": "coredns" }, "names pods with k8s-app: coredns"],
    [`${to}.podSelector.matchLabels`, { app: "kube-dns" }, "names pods with app: kube-dns"],
    [`${to}.namespaceSelector.matchLabels`, { name: "kube-system" }, "the namespace of nobody"],
    ["spec.podSelector.matchLabels", { a: "b" }, "is not for every pod"],
  ])("cuts look-ups off when its %s is %j", async (path, value, fault) => {
    const objects = await overlayObjects("k8s/overlays/production");
    spoil(find(objects, "NetworkPolicy", "dns"), path, value);
    expect(dnsFaults(networkPolicies(objects))).toEqual([expect.stringContaining(fault)]);
  });
});
