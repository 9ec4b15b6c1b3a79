import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { publicKey } from "@ticketing/runtime/identity/key-files";
import { fileOf, newServiceKey } from "@ticketing/runtime/testing/key-ring";
import { silent } from "@ticketing/runtime/testing/service";
import { decodeProtectedHeader, type JWK } from "jose";
import { createAccessTokens } from "./access-token.ts";

let folder: string;
let old: JWK;
let next: JWK;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "access-token-"));
  [old = {}, next = {}] = await Promise.all([newServiceKey("a"), newServiceKey("b")]);
});
afterEach(() => rm(folder, { recursive: true }));

const keyFile = () => join(folder, "access-token.jwk.json");
async function auth(content: string) {
  await writeFile(keyFile(), content);
  const tokens = await createAccessTokens({ keyFile: keyFile(), lifetimeMs: 1000, log: silent, pollMs: 5 });
  return {
    async signer() {
      const { token } = await tokens.issue({ id: "1", displayName: "Ada", roles: [] }, new Date());
      return decodeProtectedHeader(token).kid;
    },
    published: () => tokens.jwks().keys.map(({ kid }) => kid),
    keys: () => tokens.jwks().keys,
  };
}

describe("auth's keys", () => {
  it("are all published, without their private parts, and the first one signs", async () => {
    const { signer, published, keys } = await auth(fileOf(old, next));
    expect(await signer()).toBe(old.kid);
    expect(published()).toEqual([old.kid, next.kid]);
    for (const key of keys()) expect(Object.keys(key)).not.toContain("d");
  });

  it("change with their file, unless that is broken or has an id twice", async () => {
    const { signer, published } = await auth(JSON.stringify(old));
    for (const bad of ["", fileOf(next).slice(9), fileOf(next, { ...publicKey(old), kid: next.kid })]) {
      await writeFile(keyFile(), bad);
      await sleep(50);
      expect([await signer(), published()]).toEqual([old.kid, [old.kid]]);
    }
    await writeFile(keyFile(), fileOf(next, publicKey(old)));
    for (let tries = 0; (await signer()) !== next.kid && tries < 1000; tries++) await sleep(5);
    expect(await signer()).toBe(next.kid);
    expect(published()).toEqual([next.kid, old.kid]);
  });

  it("are known by their thumbprint where they have no id", async () => {
    const { signer, published } = await auth(JSON.stringify({ ...old, kid: undefined }));
    expect(published()).toEqual([await signer()]);
    expect(old.kid).toBe(`a/${await signer()}`);
  });
});
