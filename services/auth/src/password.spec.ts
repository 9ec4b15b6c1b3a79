import { describe, expect, it } from "@jest/globals";
import { madeAt } from "../testing/password-hash.ts";
import { createPasswordHasher, isOutdated } from "./password.ts";

describe("a password", () => {
  const passwords = createPasswordHasher();
  it("is known again by its hash alone, which is argon2id with a salt of its own", async () => {
    const hash = () => passwords.hash("correct horse", "192.0.2.1");
    const [one, two] = await Promise.all([hash(), hash()]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(await passwords.verify("correct horse", one, "192.0.2.1")).toBe(true);
    expect(await passwords.verify("wrong horse", one, "192.0.2.1")).toBe(false);
  });
  it.each([
    ["less memory", { memory: 8192, passes: 2, parallelism: 1 }, 16, 32],
    ["more passes", { memory: 19_456, passes: 3, parallelism: 1 }, 16, 32],
    ["another parallelism, salt and tag", { memory: 1024, passes: 1, parallelism: 4 }, 32, 64],
  ])("whose hash was made with %s is known by the hash's own parameters", async (_, cost, salt, tag) => {
    const hash = madeAt("correct horse", cost, salt, tag);
    expect(await passwords.verify("correct horse", hash, "192.0.2.1")).toBe(true);
    expect(await passwords.verify("wrong horse", hash, "192.0.2.1")).toBe(false);
    expect(isOutdated(hash)).toBe(true);
    expect(isOutdated(await passwords.hash("correct horse", "192.0.2.1"))).toBe(false);
  });
  it.each([
    "",
    "$2b$10$abcdefghijklmnopqrstuu",
    "$argon2i$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$dGFndGFndGFndGFndGFn",
    "$argon2id$v=19$m=0,t=2,p=1$c2FsdHNhbHRzYWx0$dGFndGFndGFndGFndGFn",
    "$argon2id$v=19$m=262145,t=1,p=1$c2FsdHNhbHRzYWx0$dGFndGFndGFndGFndGFn",
    "$argon2id$v=19$m=19456,t=11,p=1$c2FsdHNhbHRzYWx0$dGFndGFndGFndGFndGFn",
    "$argon2id$v=19$m=19456,t=2,p=17$c2FsdHNhbHRzYWx0$dGFndGFndGFndGFndGFn",
    "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$",
  ])("whose hash is %j is not hashed at all", async (hash) => {
    await expect(passwords.verify("anything", hash, "192.0.2.1")).rejects.toThrow("parameters");
  });
  it("of nobody is never right", async () => {
    expect(await passwords.verify("anything", undefined, "192.0.2.1")).toBe(false);
  });
});
