import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { planMesh } from "./mesh-plan.ts";

const keys = {
  STRIPE_SECRET_KEY: "sk_test_a1",
  STRIPE_PUBLISHABLE_KEY: "pk_test_a1",
  STRIPE_WEBHOOK_SECRET: "whsec_a1",
};
let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "mesh-plan-"));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const stripe = async (env: NodeJS.ProcessEnv) => (await planMesh({ dataDir, env })).context.stripe;

describe("a mesh on one machine", () => {
  it("has the double without Stripe's keys", async () => {
    expect(await stripe({ STRIPE_SECRET_KEY: "" })).toMatchObject({
      ...{ mode: "test", secretKey: "sk_test_double", publishableKey: "pk_test_double" },
      ...{ webhookSecret: expect.stringMatching(/^whsec_double_/), url: expect.any(String) },
      ...{ payoutsKey: "rk_test_double", connectWebhookSecret: expect.stringMatching(/^whsec_double_/) },
    });
  });

  it("has Stripe with them, and moves money when the secret key is live", async () => {
    expect(await stripe(keys)).toEqual({
      ...{ mode: "test", secretKey: "sk_test_a1", publishableKey: "pk_test_a1", webhookSecret: "whsec_a1" },
      ...{ payoutsKey: "sk_test_a1", connectWebhookSecret: "whsec_a1" },
    });
    for (const STRIPE_SECRET_KEY of ["sk_live_a1", "rk_live_a1"])
      expect(await stripe({ ...keys, STRIPE_SECRET_KEY })).toMatchObject({ mode: "live" });
  });

  it.each(Object.keys(keys))("does not silently take the double when %s alone is missing", async (name) => {
    await expect(stripe({ ...keys, [name]: undefined })).rejects.toThrow(`Stripe also needs ${name};`);
  });

  it("names all that is missing beside one", async () => {
    await expect(stripe({ STRIPE_PUBLISHABLE_KEY: "pk_test_a1" })).rejects.toThrow(
      "Stripe also needs STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET;",
    );
  });
});
