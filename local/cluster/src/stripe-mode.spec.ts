import { beforeEach, describe, expect, it, jest } from "@jest/globals";
import { configurationsOf, find, overlayObjects, spoil } from "../testing/mesh.ts";
import { environmentFaults, testModeFaults } from "./configurations.ts";
import { type KubernetesObject, workloads } from "./objects.ts";

// Kustomize builds every overlay once.
jest.setTimeout(120_000);

/** What production must not be given in place of live keys. */
let objects: KubernetesObject[];

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
    ["payments", "stripe-secret-key", "sk_test_double", "STRIPE_SECRET_KEY is a test key"],
    ["payments", "stripe-secret-key", "rk_test_a1", "STRIPE_SECRET_KEY is a test key"],
    ["payments", "stripe-publishable-key", "pk_test_double", "STRIPE_PUBLISHABLE_KEY is a test key"],
    ["payments", "stripe-webhook-secret", "whsec_double_a1", "STRIPE_WEBHOOK_SECRET is the Stripe double's"],
    ["payouts", "stripe-secret-key", "rk_test_double", "STRIPE_SECRET_KEY is a test key"],
    [
      ...(["payouts", "stripe-connect-webhook-secret", "whsec_double_a1"] as const),
      "STRIPE_CONNECT_WEBHOOK_SECRET is the Stripe double's",
    ],
  ])("does not start %s with the %s %s", async (name, key, value, fault) => {
    spoil(find(objects, "Secret", name), `data.${key}`, Buffer.from(value).toString("base64"));
    expect(await faultsOf()).toEqual([expect.stringMatching(`^Deployment ${name}: [\\s\\S]*${fault}`)]);
  });

  it.each([
    ["STRIPE_URL", "http://stripe-double:8080", ["payments", "payouts", "web"]],
    ["STRIPE_MODE", "test", ["payments", "payments", "payouts", "payouts", "web"]],
  ])("neither asks a double nor takes test keys: %s=%s", async (name, value, names) => {
    for (const deployment of ["payments", "payouts", "web"]) {
      const { containers } = workloads([find(objects, "Deployment", deployment)])[0]?.pod ?? {};
      const env = [...(containers?.[0]?.env ?? []), { name, value }];
      spoil(find(objects, "Deployment", deployment), "spec.template.spec.containers.0.env", env);
    }
    const faults = await faultsOf();
    expect(faults.map((fault) => fault.match(/^Deployment (\w+)/)?.[1]).sort()).toEqual(names);
  });
});
