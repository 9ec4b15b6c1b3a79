import { describe, expect, it } from "@jest/globals";
import { fileOf, newServiceKey } from "../../testing/key-ring.ts";
import { publicKey, readKeys, readServiceKeys, readServiceSigner, readSigner } from "./key-files.ts";

const [orders, next, payments] = await Promise.all(["orders", "orders", "payments"].map(newServiceKey));
if (!orders || !next || !payments) throw new Error("no keys");
const services = (...keys: (typeof orders)[]) => readServiceKeys(fileOf(...keys.map(publicKey)));

describe("a file of private keys", () => {
  it("signs with its first key, or its only one", async () => {
    expect((await readSigner(fileOf(next, orders))).kid).toBe(next.kid);
    expect((await readSigner(JSON.stringify(orders))).kid).toBe(orders.kid);
  });

  it("may hold keys that are published only, though not in the first place", async () => {
    expect((await readSigner(fileOf(next, publicKey(orders)))).kid).toBe(next.kid);
    await expect(readSigner(fileOf(publicKey(orders), next))).rejects.toThrow("no private part");
  });

  it("is its service's alone", async () => {
    expect((await readServiceSigner(fileOf(orders), "orders")).kid).toBe(orders.kid);
    const plain = { ...orders, kid: undefined };
    expect((await readServiceSigner(JSON.stringify(plain), "orders")).kid).toBe("orders");
    for (const kid of [payments.kid, "payments", "orders2", "Orders", "orders/", "orders/x", "/orders"])
      await expect(readServiceSigner(fileOf({ ...orders, kid }), "orders")).rejects.toThrow("is not one of");
  });

  it.each([
    ["no JSON", (text: string) => text.slice(0, -9)],
    ["nothing", () => ""],
    ["no keys", () => '{"keys":[]}'],
    ["another kind of key", (text: string) => text.replace('"OKP"', '"oct"')],
    ["a key without its public part", (text: string) => text.replace('"x"', '"y"')],
    ["a key of another length", (text: string) => text.replace('"d":"', '"d":"AAAA')],
  ])("that holds %s is refused, without a word of it", async (_, spoil) => {
    const text = spoil(fileOf(orders));
    const error: unknown = await readSigner(text).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    const told = `${(error as Error).message} ${(error as Error).stack} ${(error as Error).cause}`;
    for (const secret of [orders.d ?? "", orders.d?.slice(0, 8) ?? ""]) expect(told).not.toContain(secret);
  });

  it("is published without its private parts", () => {
    for (const key of readKeys(fileOf(orders, next)).map(publicKey))
      expect(Object.keys(key).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
  });
});

describe("the file of all services' public keys", () => {
  it("has several keys of a service, those of before among them", async () => {
    const keys = await services({ ...orders, kid: "orders" }, next, payments);
    expect([...keys].map(([kid, { service }]) => [kid, service])).toEqual([
      ["orders", "orders"],
      [next.kid, "orders"],
      [payments.kid, "payments"],
    ]);
  });

  // The last of 43 characters has two bits to spare, which decoders pass over.
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const spare = letters[letters.indexOf(orders.x?.at(-1) ?? "") + 1];
  const rewritten = { ...orders, x: `${orders.x?.slice(0, -1)}${spare}`, kid: "payments" };
  const [, thumbprint = ""] = payments.kid?.split("/") ?? [];
  it.each([
    ["a key of two services", [orders, { ...orders, kid: "payments" }], "have the same key"],
    ["a key of two services, written in two ways", [orders, rewritten], "have the same key"],
    ["a key under another's thumbprint", [{ ...orders, kid: `orders/${thumbprint}` }], "not the thumbprint"],
    ["an id that means two keys", [orders, { ...next, kid: orders.kid }], "not the thumbprint"],
    ["a plain name that means two keys", [orders, next].map((k) => ({ ...k, kid: "orders" })), "twice"],
    ["the same entry twice", [orders, orders], "twice"],
    ["a key without an id", [{ ...orders, kid: undefined }], "without an id"],
    ["a name that goes on", [{ ...orders, kid: `orders/${thumbprint}/payments` }], "names no service"],
    ["a name before the name", [{ ...orders, kid: `/payments/${thumbprint}` }], "names no service"],
  ])("is refused with %s", async (_, keys, fault) => {
    await expect(services(...keys)).rejects.toThrow(fault);
  });

  it("takes one key of a service under its plain name and its thumbprint", async () => {
    expect((await services(orders, { ...orders, kid: "orders" })).size).toBe(2);
  });
});
