import { readFile } from "node:fs/promises";
import { createContextValues } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { decodeJwt, decodeProtectedHeader, importJWK, type JWTHeaderParameters, SignJWT } from "jose";
import { makeServiceKeys } from "../../testing/keys.ts";
import { silent } from "../../testing/service.ts";
import { reasonOf } from "../process/domain-error.ts";
import {
  createServiceAuthenticator,
  createServiceTokens,
  requireService,
  type ServiceAuthenticator,
  serviceCallerKey,
} from "./service-tokens.ts";

let keys: Awaited<ReturnType<typeof makeServiceKeys>>;
let authenticate: ServiceAuthenticator;
beforeAll(async () => {
  keys = await makeServiceKeys("orders", "tickets", "payments");
  authenticate = await createServiceAuthenticator({ name: "tickets", keysFile: keys.keysFile, log: silent });
});
afterAll(() => keys.remove());

const tokensOf = (name: string) => createServiceTokens({ name, keyFile: keys.keyFile(name), log: silent });
const callerOf = (token: string) =>
  authenticate(`Bearer ${token}`).catch((error: unknown) => reasonOf(error));
const REFUSED = "SERVICE_TOKEN_REQUIRED";

/** A token of orders for tickets, but for the changes. */
async function signed(claims: Record<string, unknown>, header: Partial<JWTHeaderParameters> = {}) {
  const key = await importJWK(JSON.parse(await readFile(keys.keyFile("orders"), "utf8")), "EdDSA");
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ iss: "orders", sub: "orders", aud: "tickets", iat: now, exp: now + 60, ...claims })
    .setProtectedHeader({ alg: "EdDSA", typ: "svc+jwt", kid: "orders", ...header })
    .sign(key);
}

describe("a service token", () => {
  it("names caller and callee, for a minute at most", async () => {
    const token = await (await tokensOf("orders")).tokenFor("tickets");
    const { iss, sub, aud, iat = 0, exp = 0 } = decodeJwt(token);
    expect({ iss, sub, aud }).toEqual({ iss: "orders", sub: "orders", aud: "tickets" });
    expect(exp - iat).toBeLessThanOrEqual(60);
    expect(decodeProtectedHeader(token)).toEqual({ alg: "EdDSA", typ: "svc+jwt", kid: "orders" });
  });

  it("is signed once for many calls, one for each callee", async () => {
    const tokens = await tokensOf("orders");
    expect(await tokens.tokenFor("tickets")).toBe(await tokens.tokenFor("tickets"));
    expect(await tokens.tokenFor("tickets")).not.toBe(await tokens.tokenFor("payments"));
  });

  it("gives the callee the caller's name, also when it is used again", async () => {
    const token = await (await tokensOf("orders")).tokenFor("tickets");
    expect(await callerOf(token)).toBe("orders");
    expect(await callerOf(token)).toBe("orders");
  });
});

describe("two machines' clocks", () => {
  it("may be a few seconds apart, not more", async () => {
    const now = Math.floor(Date.now() / 1000);
    expect(await callerOf(await signed({ iat: now + 3, exp: now + 63 }))).toBe("orders");
    expect(await callerOf(await signed({ iat: now + 30, exp: now + 90 }))).toBe(REFUSED);
  });
});

describe("a service token is refused", () => {
  it("when it is meant for another service", async () => {
    expect(await callerOf(await (await tokensOf("orders")).tokenFor("payments"))).toBe(REFUSED);
  });

  it("when a service signs in the name of another", async () => {
    expect(await callerOf(await signed({ iss: "payments", sub: "payments" }))).toBe(REFUSED);
    expect(await callerOf(await signed({ iss: "payments", sub: "payments" }, { kid: "payments" }))).toBe(
      REFUSED,
    );
    expect(await callerOf(await signed({ sub: "payments" }))).toBe(REFUSED);
  });

  it("of a service that nobody knows", async () => {
    const strangers = await makeServiceKeys("mallory");
    const tokens = await createServiceTokens({
      name: "mallory",
      keyFile: strangers.keyFile("mallory"),
      log: silent,
    });
    expect(await callerOf(await tokens.tokenFor("tickets"))).toBe(REFUSED);
    await strangers.remove();
  });

  const now = Math.floor(Date.now() / 1000);
  it.each<[string, Record<string, unknown>, Partial<JWTHeaderParameters>]>([
    ["after its end", { iat: now - 50, exp: now - 20 }, {}],
    ["older than a minute, however long it claims to live", { iat: now - 120, exp: now + 3600 }, {}],
    ["without an end", { exp: undefined }, {}],
    ["without a beginning", { iat: undefined }, {}],
    ["of a user's type", {}, { typ: "at+jwt" }],
  ])("%s", async (_, claims, header) => {
    expect(await callerOf(await signed(claims, header))).toBe(REFUSED);
  });

  it.each([undefined, "", "Bearer", "Bearer ", "Basic b3JkZXJz", "Bearer a.b.c"])("as %j", async (header) => {
    expect(await authenticate(header).catch(reasonOf)).toBe(REFUSED);
  });
});

describe("an internal method", () => {
  const context = (caller: string) => ({ values: createContextValues().set(serviceCallerKey, caller) });

  it("lets in the services it names and no other", () => {
    expect(requireService(context("orders"), "orders", "workflows")).toBe("orders");
    for (const values of [context("payments"), { values: createContextValues() }]) {
      expect(() => requireService(values, "orders", "workflows")).toThrow("may not call");
    }
  });
});
