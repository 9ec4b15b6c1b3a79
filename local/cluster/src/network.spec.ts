import { describe, expect, it, jest } from "@jest/globals";
import { find, networkFaultsOf, overlayObjects, spoil } from "../testing/mesh.ts";
import { type KubernetesObject, workloads } from "./objects.ts";
import { components } from "./overlays.ts";

// Kustomize builds every overlay once.
jest.setTimeout(120_000);

/** Each rule of network policies, broken once. */
let objects: KubernetesObject[];

describe("the network policies", () => {
  it("are those of the calls in every overlay", async () => {
    for (const overlay of ["k8s/overlays/local", "k8s/overlays/production", "tilt"] as const)
      expect(await networkFaultsOf(await overlayObjects(overlay))).toEqual([]);
  });

  it.each(components)("are those of the calls with %s", async (component) => {
    expect(await networkFaultsOf(await overlayObjects(component))).toEqual([]);
  });

  it.each([
    [
      "k8s/components/openshift-dns",
      "dns",
      "spec.egress.0.ports",
      [{ port: 53 }],
      "web → other namespaces:5353 is called and may not go out",
    ],
    [
      "k8s/components/node-local-dns",
      "node-local-dns",
      "spec.egress.0.ports.0.port",
      27_017,
      "web → other namespaces:27017 may go out (node-local-dns) and is not called",
    ],
  ] as const)("show a wrong port in %s", async (component, name, path, value, fault) => {
    objects = await overlayObjects(component);
    spoil(find(objects, "NetworkPolicy", name), path, value);
    expect(await networkFaultsOf(objects)).toContain(fault);
  });

  it.each([
    [
      "a way out that is missing",
      "orders",
      "spec.egress",
      [],
      "orders → tickets:9090 is called and may not go out",
    ],
    [
      "a way in that is missing",
      "tickets",
      "spec.ingress",
      [],
      "workflows → tickets:9090 is called and may not come in",
    ],
    [
      "a way out that nobody needs",
      "web",
      "spec.egress",
      [{ to: [{ podSelector: { matchLabels: { app: "mongodb-svc" } } }], ports: [{ port: 27_017 }] }],
      "web → mongodb:27017 may go out (web) and is not called",
    ],
    [
      "a way in that nobody needs",
      "nats",
      "spec.ingress",
      [
        {
          from: [{ podSelector: { matchLabels: { "app.kubernetes.io/name": "web" } } }],
          ports: [{ port: 4222 }],
        },
      ],
      "web → nats:4222 may come in (nats) and is not called",
    ],
  ])("show %s", async (_, name, path, value, fault) => {
    objects = await overlayObjects("k8s/overlays/production");
    spoil(find(objects, "NetworkPolicy", name), path, value);
    expect(await networkFaultsOf(objects)).toContain(fault);
  });

  it("show traffic that nothing restricts", async () => {
    const all = await overlayObjects("k8s/overlays/production");
    const general = ["default-deny", "dns"];
    objects = all.filter(
      ({ kind, metadata }) => kind !== "NetworkPolicy" || !general.includes(metadata.name),
    );
    expect(await networkFaultsOf(objects)).toContain("no policy stands before web: everything is allowed");
  });

  it("follow the configuration: an address that changes is one that is not allowed", async () => {
    objects = await overlayObjects("k8s/overlays/production");
    const env = "spec.template.spec.containers.0.env";
    const orders = find(objects, "Deployment", "orders");
    const at = workloads([orders])[0]?.pod.containers[0]?.env.findIndex(
      ({ name }) => name === "TICKETS_ADDRESS",
    );
    spoil(orders, `${env}.${at}.value`, "catalog:9090");
    expect(await networkFaultsOf(objects)).toEqual([
      "orders → catalog:9090 is called and may not go out",
      "orders → catalog:9090 is called and may not come in",
      "orders → tickets:9090 may go out (orders) and is not called",
      "orders → tickets:9090 may come in (tickets) and is not called",
    ]);
    spoil(orders, `${env}.${at}.value`, "nobody:9090");
    await expect(networkFaultsOf(objects)).rejects.toThrow("nobody:9090 is no Service's name");
  });

  it.each([
    ["every port", { from: [{ podSelector: { matchLabels: { a: "b" } } }] }, "allows every port"],
    [
      "everybody",
      { from: [{ podSelector: { matchLabels: {} } }], ports: [{ port: 1 }] },
      "a peer that is everybody",
    ],
    [
      "pods that nobody makes",
      { from: [{ podSelector: { matchLabels: { a: "b" } } }], ports: [{ port: 1 }] },
      "pods that nobody makes",
    ],
  ])("must not allow %s", async (_, rule, fault) => {
    objects = await overlayObjects("k8s/overlays/production");
    spoil(find(objects, "NetworkPolicy", "payments"), "spec.ingress", [rule]);
    await expect(networkFaultsOf(objects)).rejects.toThrow(fault);
  });
});
