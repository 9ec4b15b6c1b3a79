import { describe, expect, it } from "@jest/globals";
import { createPasswordHasher } from "./password.ts";

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
  it("of nobody is never right", async () => {
    expect(await passwords.verify("anything", undefined, "192.0.2.1")).toBe(false);
  });
});
