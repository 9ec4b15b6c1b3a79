import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { repositoryPath } from "@ticketing/launcher/process-table";
import { parse } from "yaml";
import { config } from "./config.ts";
import { makeSecrets } from "./secrets.ts";

const run = promisify(execFile);
const live = {
  STRIPE_SECRET_KEY: "sk_live_a1",
  STRIPE_PUBLISHABLE_KEY: "pk_live_a1",
  STRIPE_WEBHOOK_SECRET: "whsec_a1",
  STRIPE_PAYOUTS_SECRET_KEY: "rk_live_a1",
  STRIPE_CONNECT_WEBHOOK_SECRET: "whsec_a2",
};
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "secrets-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const forUsers = (env: NodeJS.ProcessEnv, ...replace: string[]) =>
  makeSecrets(folder, { stripe: config(env), replace });
/** What is there, by file. */
async function held(): Promise<Record<string, string>> {
  const files = (await readdir(folder)).sort();
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(join(folder, file), "utf8")])),
  );
}

describe("Secrets for users", () => {
  it("hold Stripe's keys of the environment", async () => {
    await forUsers(live);
    expect(await held()).toMatchObject({
      "payments.stripe-secret-key": "sk_live_a1",
      "payments.stripe-publishable-key": "pk_live_a1",
      "payments.stripe-webhook-secret": "whsec_a1",
      "payouts.stripe-secret-key": "rk_live_a1",
      "payouts.stripe-connect-webhook-secret": "whsec_a2",
    });
  });

  it.each(Object.keys(live))(
    "are not made without %s, which is named, and nothing is written",
    async (name) => {
      await expect(forUsers({ ...live, [name]: "" })).rejects.toThrow(new RegExp(`^${name} is missing$`));
      expect(await held()).toEqual({});
    },
  );

  it.each([
    ["STRIPE_SECRET_KEY", "sk_test_double", "is a test key, but STRIPE_MODE is live"],
    ["STRIPE_PUBLISHABLE_KEY", "pk_test_a1", "is a test key, but STRIPE_MODE is live"],
    ["STRIPE_WEBHOOK_SECRET", "whsec_double_a1", "is the Stripe double's"],
    ["STRIPE_WEBHOOK_SECRET", "whsec_a1,whsec_double_a1", "is the Stripe double's"],
    ["STRIPE_PAYOUTS_SECRET_KEY", "rk_test_a1", "is a test key, but STRIPE_MODE is live"],
    ["STRIPE_CONNECT_WEBHOOK_SECRET", "whsec_double_a1", "is the Stripe double's"],
  ])("are not made with the %s %s", async (name, value, fault) => {
    await expect(forUsers({ ...live, [name]: value })).rejects.toThrow(`${name} ${fault}`);
    expect(await held()).toEqual({});
  });

  it("may be for Stripe's test mode, when that is said", async () => {
    const test = {
      ...{ ...live, STRIPE_SECRET_KEY: "sk_test_a1", STRIPE_PUBLISHABLE_KEY: "pk_test_a1" },
      STRIPE_PAYOUTS_SECRET_KEY: "rk_test_a1",
    };
    await forUsers({ ...test, STRIPE_MODE: "test" });
    await expect(forUsers({ STRIPE_MODE: "live" })).rejects.toThrow("STRIPE_SECRET_KEY is a test key");
    await expect(forUsers({ ...live, STRIPE_MODE: "test" })).rejects.toThrow("STRIPE_SECRET_KEY is not what");
  });

  it("stay what they are when the command runs again, without Stripe's keys too", async () => {
    await forUsers(live);
    const before = await held();
    await forUsers({});
    await forUsers(live);
    expect(await held()).toEqual(before);
  });

  it("are not silently kept against the environment: one value is replaced when asked, no other", async () => {
    await forUsers(live);
    const before = await held();
    const rolled = { ...live, STRIPE_SECRET_KEY: "rk_live_b2" };
    await expect(forUsers(rolled)).rejects.toThrow(
      "STRIPE_SECRET_KEY is not what payments.stripe-secret-key holds",
    );
    expect(await held()).toEqual(before);
    await forUsers(rolled, "payments.stripe-secret-key");
    expect(await held()).toEqual({ ...before, "payments.stripe-secret-key": "rk_live_b2" });
    await forUsers({}, "orders.nats-password");
    const after = await held();
    expect(after["orders.nats-password"]).not.toBe(before["orders.nats-password"]);
    expect({ ...after, "orders.nats-password": "" }).toEqual({
      ...{ ...before, "payments.stripe-secret-key": "rk_live_b2" },
      "orders.nats-password": "",
    });
  });

  it("keep the keys of what is stored when a new one takes their place: it goes before them", async () => {
    const file = "deliveries.content-keys";
    await forUsers(live);
    const before = (await held())[file] ?? "";
    await forUsers(live, file);
    const after = (await held())[file] ?? "";
    expect(after).toMatch(/^k\w+:[\w-]+,k\w+:[\w-]+$/);
    expect(after.split(",")[1]).toBe(before);
  });

  it("let search's pods know the key of page tokens before one of them signs with it", async () => {
    const file = "catalog.page-token-keys";
    await forUsers(live);
    const keys: string[][] = [];
    for (let n = 0; n < 4; n++) {
      keys.push((await held())[file]?.split(",") ?? []);
      await forUsers(live, file);
    }
    for (const [n, [signing]] of keys.entries()) {
      for (const others of keys.slice(Math.max(0, n - 1), n + 2)) expect(others).toContain(signing);
    }
    expect(new Set(keys.map(([signing]) => signing)).size).toBe(4);
    expect(keys.at(-1)).toHaveLength(3);
  });

  it.each(["payments.stripe-key", "orders.jwk.json", "../x"])("cannot have %s replaced", async (file) => {
    await forUsers(live);
    const before = await held();
    await expect(forUsers(live, file)).rejects.toThrow(`${file} cannot be replaced alone`);
    expect(await held()).toEqual(before);
  });

  it("are refused where a set was made for the double, until each of Stripe's values is replaced", async () => {
    await makeSecrets(folder);
    await expect(forUsers({})).rejects.toThrow(
      /^(?=[\s\S]*SECRET_KEY is a test key)(?=[\s\S]*PUBLISHABLE_KEY is a test key)(?=[\s\S]*WEBHOOK_SECRET is the Stripe double's)/,
    );
    // As made before its secret said whose it is.
    for (const file of ["stripe-webhook-secret", "payments.stripe-webhook-secret"])
      await writeFile(join(folder, file), "whsec_unnamed");
    const keys = ["payments.stripe-secret-key", "payments.stripe-publishable-key"];
    keys.push("payouts.stripe-secret-key", "payouts.stripe-connect-webhook-secret");
    const { STRIPE_WEBHOOK_SECRET: _, ...others } = live;
    await expect(forUsers(others, ...keys)).rejects.toThrow("STRIPE_WEBHOOK_SECRET is the Stripe double's");
    await forUsers(live, ...keys, "payments.stripe-webhook-secret");
    expect(await held()).toMatchObject({ "payments.stripe-webhook-secret": "whsec_a1" });
  });

  it("tell by the command what is missing and how a value is replaced, without a stack", async () => {
    const command = repositoryPath("local/cluster/src/make-secrets.ts");
    const args = ["--conditions=@ticketing/source", command, "--dir", folder];
    const { STRIPE_SECRET_KEY, ...env } = live;
    const refused = await run(process.execPath, args, { env }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    const { stderr } = refused as { stderr: string };
    expect(stderr).toMatch(/STRIPE_SECRET_KEY is missing[\s\S]*--replace payments.stripe-secret-key/);
    expect(stderr).not.toMatch(/ at |PUBLISHABLE|WEBHOOK/);
    await run(process.execPath, args, { env: { ...env, STRIPE_SECRET_KEY } });
    expect((await held())["payments.stripe-secret-key"]).toBe("sk_live_a1");
  });
});

describe("PostgreSQL's Secret", () => {
  it("is one that CloudNativePG reads again when its password is replaced", async () => {
    await makeSecrets(folder);
    const { secretGenerator } = parse((await held())["kustomization.yaml"] ?? "");
    expect(secretGenerator).toContainEqual({
      name: "temporal-db",
      files: ["username=temporal-db.username", "password=temporal-db.password"],
      type: "kubernetes.io/basic-auth",
      options: { labels: { "cnpg.io/reload": "true" } },
    });
  });
});

describe("Secrets for a developer", () => {
  it("are for the double", async () => {
    await makeSecrets(folder);
    expect(await held()).toMatchObject({
      "payments.stripe-secret-key": "sk_test_double",
      "payments.stripe-publishable-key": "pk_test_double",
      "payments.stripe-webhook-secret": expect.stringMatching(/^whsec_double_/),
      "payouts.stripe-secret-key": "rk_test_double",
      "payouts.stripe-connect-webhook-secret": expect.stringMatching(/^whsec_double_/),
    });
  });
});
