import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { readConfig } from "../process/config.ts";
import { newSecretKey, secretKeys } from "../process/secret-keys.ts";
import { createSealing } from "./sealed-text.ts";

const LINK = "https://tickets.example/t/secret";
const read = (keys: string) => readConfig(z.object({ KEYS: secretKeys }), { KEYS: keys }).KEYS;
const sealingOf = (...keys: string[]) => createSealing(read(keys.join(",")));

describe("a sealed text", () => {
  it("is opened where it was sealed, and shows nothing of itself", () => {
    const sealing = sealingOf(newSecretKey());
    const sealed = sealing.seal(LINK, "order-1");
    expect(sealing.unseal(sealed, "order-1")).toBe(LINK);
    expect(JSON.stringify(sealed)).not.toContain("tickets.example");
    expect(Buffer.from(sealed.data, "base64").toString("latin1")).not.toContain("tickets.example");
    expect(sealing.seal(LINK, "order-1").data).not.toBe(sealed.data);
  });

  it("cannot be opened in another place, or once a bit of it is another", () => {
    const sealing = sealingOf(newSecretKey());
    const sealed = sealing.seal(LINK, "order-1");
    expect(() => sealing.unseal(sealed, "order-2")).toThrow();
    for (const field of ["iv", "data"] as const) {
      const bytes = Buffer.from(sealed[field], "base64");
      for (const at of [0, bytes.length - 1]) {
        const changed = Buffer.from(bytes);
        changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
        const forged = { ...sealed, [field]: changed.toString("base64") };
        expect(() => sealing.unseal(forged, "order-1")).toThrow();
      }
    }
    // A shorter tag is easier to guess.
    const cut = Buffer.from(sealed.data, "base64").subarray(0, 8).toString("base64");
    expect(() => sealing.unseal({ ...sealed, data: cut }, "order-1")).toThrow();
  });

  it("is sealed with the first key, and opened with the one that it was sealed with", () => {
    const [old, fresh] = [newSecretKey(), newSecretKey()];
    const sealed = sealingOf(old).seal(LINK, "order-1");
    const both = sealingOf(fresh, old);
    expect(both.unseal(sealed, "order-1")).toBe(LINK);
    expect(`${fresh}`.startsWith(`${both.seal(LINK, "order-1").keyId}:`)).toBe(true);
    expect(() => sealingOf(fresh).unseal(sealed, "order-1")).toThrow(`the key ${sealed.keyId} is not among`);
  });
});

describe("sealing keys", () => {
  const key = newSecretKey();
  it.each([
    ["nothing between commas", `${key},`],
    ["no id", key.replace(/^\w+:/, "")],
    ["too few bytes", "k1:c2hvcnQ"],
    ["one id twice", `${key},${key}`],
  ])("with %s are refused, and not shown", (_, text) => {
    let message = "";
    try {
      read(text);
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain("KEYS: must be keys");
    expect(message).not.toContain(key.split(":")[1]);
  });
});
