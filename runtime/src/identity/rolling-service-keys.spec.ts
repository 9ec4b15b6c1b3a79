import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { decodeProtectedHeader, type JWK } from "jose";
import { fileOf, newServiceKey } from "../../testing/key-ring.ts";
import { silent } from "../../testing/service.ts";
import { reasonOf } from "../process/domain-error.ts";
import { publicKey } from "./key-files.ts";
import { createServiceAuthenticator, createServiceTokens } from "./service-tokens.ts";

let folder: string;
let old: JWK;
let next: JWK;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ticketing-rolling-"));
  // As the first keys of a mesh are named.
  old = { ...(await newServiceKey("orders")), kid: "orders" };
  next = await newServiceKey("orders");
  await sign(old);
  await know(old);
});
afterEach(() => rm(folder, { recursive: true }));

const keyFile = () => join(folder, "orders.jwk.json");
const keysFile = () => join(folder, "services.jwks.json");
const sign = (...keys: JWK[]) => writeFile(keyFile(), fileOf(...keys));
const know = (...keys: JWK[]) => writeFile(keysFile(), fileOf(...keys.map(publicKey)));
/** Long enough for many readings, where nothing is to change. */
const someReadings = () => sleep(60);

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; !(await condition()); await sleep(5))
    if (Date.now() > end) throw new Error("it never became so");
}

/** Processes that look at their files all the time, or, while a test takes, never by themselves. */
const caller = (pollMs = 5) =>
  createServiceTokens({ name: "orders", keyFile: keyFile(), log: silent, pollMs });
async function callee(pollMs = 5) {
  const authenticate = await createServiceAuthenticator({
    name: "tickets",
    keysFile: keysFile(),
    log: silent,
    pollMs,
  });
  return (token: string) => authenticate(`Bearer ${token}`).catch(reasonOf);
}
const NEVER = 60_000;
const REFUSED = "SERVICE_TOKEN_REQUIRED";

describe("a service's key rolls", () => {
  it("with both keys good while both are known, and the old one refused afterwards", async () => {
    const [tokens, callerOf] = await Promise.all([caller(), callee()]);
    const first = await tokens.tokenFor("tickets");
    await know(old, next);
    await sign(old, next);
    await someReadings();
    expect(decodeProtectedHeader(await tokens.tokenFor("tickets")).kid).toBe(old.kid);
    await sign(next, publicKey(old));
    // By the key: the old one signs another token when a second has passed.
    await until(async () => decodeProtectedHeader(await tokens.tokenFor("tickets")).kid === next.kid);
    const second = await tokens.tokenFor("tickets");
    for (const token of [first, second, first]) expect(await callerOf(token)).toBe("orders");
    await know(next);
    // It was verified a moment ago, and is good for most of a minute.
    await until(async () => (await callerOf(first)) === REFUSED);
    expect(await callerOf(second)).toBe("orders");
  });

  it("for a callee that was stopped while the new key was published", async () => {
    const callerOf = await callee(NEVER);
    await know(old, next);
    await sign(next);
    expect(await callerOf(await (await caller()).tokenFor("tickets"))).toBe("orders");
  });

  it("not, as long as a file is broken: what was there before is kept", async () => {
    const [tokens, callerOf] = await Promise.all([caller(), callee()]);
    for (const broken of ["", fileOf(next).slice(0, 40), fileOf(await newServiceKey("payments"))]) {
      await writeFile(keyFile(), broken);
      await writeFile(keysFile(), broken.replace("{", ""));
      await someReadings();
      expect(await callerOf(await tokens.tokenFor("tickets"))).toBe("orders");
    }
    await know(next);
    await sign(next);
    await until(async () => decodeProtectedHeader(await tokens.tokenFor("tickets")).kid === next.kid);
    expect(await callerOf(await tokens.tokenFor("tickets"))).toBe("orders");
  });
});

describe("a key of one service", () => {
  it("never speaks for another, whatever id it is published under", async () => {
    const mallory = { ...(await newServiceKey("payments")), kid: "payments" };
    await know(old, mallory);
    const callerOf = await callee();
    await sign({ ...mallory, kid: "orders" });
    expect(await callerOf(await (await caller()).tokenFor("tickets"))).toBe(REFUSED);
    // Refusal by the file that one key is two services', a running process stays with what it knows.
    await know(old, mallory, { ...mallory, kid: next.kid });
    await someReadings();
    await sign({ ...mallory, kid: next.kid });
    expect(await callerOf(await (await caller()).tokenFor("tickets"))).toBe(REFUSED);
  });
});
