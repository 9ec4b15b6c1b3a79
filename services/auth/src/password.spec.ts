import { describe, expect, it } from "@jest/globals";
import { createPasswordHasher } from "./password.ts";

describe("a password", () => {
  const passwords = createPasswordHasher();
  it("is known again by its hash alone, which is argon2id with a salt of its own", async () => {
    const [one, two] = await Promise.all([passwords.hash("correct horse"), passwords.hash("correct horse")]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(await passwords.verify("correct horse", one)).toBe(true);
    expect(await passwords.verify("wrong horse", one)).toBe(false);
  });
  it("of nobody is never right", async () => {
    expect(await passwords.verify("anything", undefined)).toBe(false);
  });
});
