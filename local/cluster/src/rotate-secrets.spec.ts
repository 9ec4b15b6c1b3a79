import { execFile } from "node:child_process";
import { access, chmod, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { keyNames } from "@ticketing/launcher/key-folder";
import { repositoryPath } from "@ticketing/launcher/process-table";
import { config } from "./config.ts";
import { rotateSecrets } from "./rotate-secrets.ts";
import { makeSecrets } from "./secrets.ts";

const run = promisify(execFile);
const stripe = {
  STRIPE_SECRET_KEY: "sk_live_a1",
  STRIPE_PUBLISHABLE_KEY: "pk_live_a1",
  STRIPE_WEBHOOK_SECRET: "whsec_a1",
  STRIPE_PAYOUTS_SECRET_KEY: "rk_live_a1",
  STRIPE_CONNECT_WEBHOOK_SECRET: "whsec_a2",
};
const BEGUN = Date.UTC(2026, 0, 1);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "secrets-"));
  await makeSecrets(folder, { stripe: config(stripe) });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const held = (file: string) => readFile(join(folder, file), "utf8");
const rotate = (minutes: number) =>
  rotateSecrets(folder, keyNames, { accessTokenLifetimeMs: 900_000, now: BEGUN + minutes * 60_000 });

describe("the keys in a set of Secrets", () => {
  it("roll in three steps, and say when the next one can be", async () => {
    const kustomization = await held("kustomization.yaml");
    const { lines } = await rotate(0);
    expect(lines).toContain(
      "orders: its new key is published beside the old one, which still signs; the new key can sign from 2026-01-01T00:10:00Z on",
    );
    expect(lines.at(-1)).toMatch(/^Apply .* now/);
    const early = await rotate(9);
    expect(early).toEqual({ lines: expect.any(Array), complete: false });
    expect(early.lines).toHaveLength(keyNames.length);
    expect((await rotate(10)).complete).toBe(true);
    // 10 minutes until every pod signs with the new key, 15 of the last access token, 10 s for clocks.
    expect((await rotate(22)).lines).toContain(
      "access-token: too early; the old key can go from 2026-01-01T00:35:10Z on",
    );
    expect((await rotate(36)).lines).toContain("access-token: its old key is gone; the rotation is complete");
    expect(await held("kustomization.yaml")).toBe(kustomization);
  });

  it("stay amid a rotation when the command makes the set again", async () => {
    await rotate(0);
    const before = await Promise.all(["services.jwks.json", "orders.jwk.json"].map(held));
    await makeSecrets(folder, { stripe: config({}) });
    expect(await Promise.all(["services.jwks.json", "orders.jwk.json"].map(held))).toEqual(before);
  });

  it("and passwords are for their owner alone, also where a copy was not", async () => {
    const file = join(folder, "orders.nats-password");
    await chmod(file, 0o644);
    const before = await held("orders.nats-password");
    await makeSecrets(folder, { stripe: config({}), replace: ["orders.nats-password"] });
    expect(await held("orders.nats-password")).not.toBe(before);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    // Half of a file would stay, since what is there stays.
    expect((await readdir(folder)).filter((name) => /-[0-9a-f]{12}$/.test(name))).toEqual([]);
  });

  it("are rotated by the command, which refuses to go on too early", async () => {
    const command = (...args: string[]) =>
      run(
        process.execPath,
        [
          ...["--conditions=@ticketing/source", repositoryPath("local/cluster/src/make-secrets.ts")],
          ...["--dir", folder, ...args],
        ],
        { env: {} },
      );
    const { stdout } = await command("--rotate", "orders", "--rotate", "access-token");
    expect(stdout).toMatch(/access-token: its new key is published[\s\S]*orders: its new key is published/);
    const refused = await command("--rotate", "orders").catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/orders: too early; the new key/),
    });
    expect(refused).not.toMatchObject({ stdout: expect.stringContaining("Apply") });
    const nowhere = await command("--dir", `${folder}-other`, "--rotate", "all").catch((e: unknown) => e);
    expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringMatching(/no set of Secrets to change/) });
    await expect(access(`${folder}-other`)).rejects.toThrow("ENOENT");
    const unknown = await command("--rotate", "order").catch((error: unknown) => error);
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringMatching(/no key order; there are all/) });
  });
});
