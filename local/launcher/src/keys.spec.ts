import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createLocalJWKSet, importJWK, jwtVerify, SignJWT } from "jose";
import { ensureKeys } from "./keys.ts";
import { serviceNames } from "./service-names.ts";

describe("keys of a mesh", () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "keys-"));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it("what a service signs is verified with the published keys", async () => {
    const keys = await ensureKeys(dir);
    const jwk = JSON.parse(await readFile(keys.serviceKeyFile("orders"), "utf8"));
    const token = await new SignJWT({ sub: "orders" })
      .setProtectedHeader({ alg: "EdDSA", kid: jwk.kid })
      .sign(await importJWK(jwk));
    const published = createLocalJWKSet(JSON.parse(await readFile(keys.serviceKeysFile, "utf8")));
    const { protectedHeader } = await jwtVerify(token, published);
    expect(protectedHeader.kid).toBe("orders");
  });

  it("the published keys hold nothing private", async () => {
    const keys = await ensureKeys(dir);
    const published: { keys: object[] } = JSON.parse(await readFile(keys.serviceKeysFile, "utf8"));
    expect(published.keys).toHaveLength(serviceNames.length);
    for (const key of published.keys) expect(Object.keys(key)).not.toContain("d");
  });

  it("a second start finds the same keys, readable by their owner only", async () => {
    const read = async () => {
      await ensureKeys(dir);
      const names = (await readdir(dir)).sort();
      return Promise.all(names.map((name) => readFile(join(dir, name), "utf8")));
    };
    expect(await read()).toEqual(await read());
    for (const name of await readdir(dir)) expect((await stat(join(dir, name))).mode & 0o077).toBe(0);
  });
});
