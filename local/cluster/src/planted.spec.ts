import { beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { configurationsOf, find, networkFaultsOf, overlayObjects, spoil } from "../testing/mesh.ts";
import { budgetFaults } from "./budgets.ts";
import { environmentFaults, testModeFaults } from "./configurations.ts";
import { customResourceFaults, isCustom } from "./custom-resources.ts";
import { type KubernetesObject, workloads } from "./objects.ts";
import { components } from "./overlays.ts";
import { isFixed, podFaults } from "./pods.ts";
import { runPython } from "./python.ts";

/** Each rule of check:k8s, broken once: what is planted is found. */
let objects: KubernetesObject[];
beforeAll(async () => {
  await overlayObjects("k8s/overlays/production");
}, 120_000);

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
    [`${pod}.containers.0.lifecycle`, undefined, "stops without waiting"],
    [`${pod}.containers.0.image`, "ticketing/tickets:latest", "can change under the same name"],
  ])("see a Deployment whose %s is %j", async (path, value, fault) => {
    objects = await overlayObjects("k8s/overlays/production");
    spoil(find(objects, "Deployment", "tickets"), path, value);
    expect(workloads(objects).flatMap(podFaults)).toEqual([expect.stringContaining(fault)]);
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

describe("production", () => {
  const faultsOf = async () => {
    const processes = await configurationsOf(objects);
    return [...environmentFaults(processes), ...testModeFaults(processes)];
  };
  beforeEach(async () => {
    objects = await overlayObjects("k8s/overlays/production");
  });

  it("is given live keys, and moves money", async () => {
    expect(await faultsOf()).toEqual([]);
  });

  it.each([
    ["stripe-secret-key", "sk_test_double", "STRIPE_SECRET_KEY is a test key"],
    ["stripe-secret-key", "rk_test_a1", "STRIPE_SECRET_KEY is a test key"],
    ["stripe-publishable-key", "pk_test_double", "STRIPE_PUBLISHABLE_KEY is a test key"],
    ["stripe-webhook-secret", "whsec_double_a1", "STRIPE_WEBHOOK_SECRET is the Stripe double's"],
  ])("does not start with the %s %s", async (key, value, fault) => {
    spoil(find(objects, "Secret", "payments"), `data.${key}`, Buffer.from(value).toString("base64"));
    expect(await faultsOf()).toEqual([expect.stringMatching(`^Deployment payments: [\\s\\S]*${fault}`)]);
  });

  it.each([
    ["STRIPE_URL", "http://stripe-double:8080", ["Deployment payments", "Deployment web"]],
    ["STRIPE_MODE", "test", ["Deployment payments", "Deployment payments", "Deployment web"]],
  ])("neither asks a double nor takes test keys: %s=%s", async (name, value, titles) => {
    for (const deployment of ["payments", "web"]) {
      const { containers } = workloads([find(objects, "Deployment", deployment)])[0]?.pod ?? {};
      const env = [...(containers?.[0]?.env ?? []), { name, value }];
      spoil(find(objects, "Deployment", deployment), "spec.template.spec.containers.0.env", env);
    }
    const faults = await faultsOf();
    expect(faults.map((fault) => fault.match(/^Deployment \w+/)?.[0]).sort()).toEqual(titles);
  });
});

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
    spoil(find(objects, "NetworkPolicy", "catalog"), "spec.ingress", [rule]);
    await expect(networkFaultsOf(objects)).rejects.toThrow(fault);
  });
});
