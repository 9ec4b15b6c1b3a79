import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { Database } from "@ticketing/runtime/documents/database";
import { errorInfoOf } from "@ticketing/runtime/process/domain-error";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { createLoginAttempts, type LoginAttempts } from "./login-attempts.ts";
import { createSignUpLimit } from "./sign-up-limit.ts";

jest.setTimeout(30_000);

const minutes = (n: number) => n * 60_000;
let database: Database;
let now: number;
const clock = () => new Date(now);
/** Two replicas. */
let replicas: [LoginAttempts, LoginAttempts];
let email: string;

beforeAll(async () => {
  database = await openSpecDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  now = Date.UTC(2030, 0, 1);
  email = `${randomUUID()}@example.com`;
  await database.db.dropDatabase();
  replicas = [await createLoginAttempts(database.db, clock), await createLoginAttempts(database.db, clock)];
});

const outcome = (call: Promise<unknown>) =>
  call.then((result) => (result === null ? "wrong" : "right"), errorInfoOf);
let guesses = 0;
const guess = (address: string, account = email) =>
  outcome(replicas[guesses++ % 2 === 0 ? 0 : 1].guard(account, address, async () => null));
const signIn = (address: string, account = email) =>
  outcome(replicas[0].guard(account, address, async () => "user"));
const refused = { reason: "TOO_MANY_ATTEMPTS" };

describe("guessing", () => {
  it("one account's password from one address is stopped after ten, whichever replica answers", async () => {
    for (let n = 0; n < 10; n++) expect(await guess("192.0.2.1")).toBe("wrong");
    expect(await guess("192.0.2.1")).toEqual({ ...refused, metadata: { retryAfter: "900" } });
    // The right password does not help any more: whether it is right must not be told.
    expect(await signIn("192.0.2.1")).toMatchObject(refused);
    expect(await signIn("192.0.2.2")).toBe("right");
    expect(await signIn("192.0.2.1", "other@example.com")).toBe("right");
    now += minutes(15) + 1;
    expect(await signIn("192.0.2.1")).toBe("right");
  });

  it("all at once gains nothing", async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => guess("192.0.2.1")));
    expect(answers.filter((answer) => answer === "wrong").length).toBeLessThanOrEqual(10);
  });

  it("is not what right passwords are, however many come at once: some are busy for a moment", async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => signIn("192.0.2.1")));
    const busy = { reason: "BUSY", metadata: { retryAfter: "2" } };
    for (const answer of answers) if (answer !== "right") expect(answer).toEqual(busy);
    for (let n = 0; n < 20; n++) expect(await signIn("192.0.2.1")).toBe("right");
  });

  it("many at once and again gets ten answers in all, and then the long wait", async () => {
    let wrong = 0;
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all(Array.from({ length: 12 }, () => guess("192.0.2.1")));
      wrong += answers.filter((answer) => answer === "wrong").length;
      if (wrong >= 10) break;
    }
    for (let n = wrong; n < 10; n++) expect(await guess("192.0.2.1")).toBe("wrong");
    expect(wrong).toBeLessThanOrEqual(10);
    expect(await guess("192.0.2.1")).toEqual({ ...refused, metadata: { retryAfter: "900" } });
  });

  it("many accounts' passwords from one address is stopped after a hundred", async () => {
    const accounts = Array.from({ length: 100 }, (_, n) => `user-${n}@example.com`);
    const answers = await Promise.all(accounts.map((account) => guess("192.0.2.1", account)));
    expect(new Set(answers)).toEqual(new Set(["wrong"]));
    expect(await guess("192.0.2.1")).toMatchObject(refused);
    expect(await guess("192.0.2.2")).toBe("wrong");
  });

  it("one account's password from many addresses is stopped after a hundred, and its owner is not", async () => {
    expect(await signIn("198.51.100.7")).toBe("right");
    const addresses = Array.from({ length: 100 }, (_, n) => `192.0.2.${n}`);
    const answers = await Promise.all(addresses.map((address) => guess(address)));
    expect(new Set(answers)).toEqual(new Set(["wrong"]));
    expect(await guess("203.0.113.1")).toMatchObject(refused);
    expect(await signIn("198.51.100.7")).toBe("right");
  });

  it("all at once of many accounts, or from many addresses, gains nothing either", async () => {
    const many = Array.from({ length: 150 }, (_, n) => n);
    const answered = async (calls: Promise<unknown>[]) =>
      (await Promise.all(calls)).filter((answer) => answer === "wrong").length;
    const fromOne = await answered(many.map((n) => guess("192.0.2.1", `user-${n}@example.com`)));
    expect(fromOne).toBeLessThanOrEqual(100);
    const ofOne = await answered(many.map((n) => guess(`198.51.100.${n}`)));
    expect(ofOne).toBeLessThanOrEqual(100);
  });

  it("is not what a sign-in does that fails for another reason", async () => {
    const failing = () => Promise.reject(new Error("no database"));
    for (let n = 0; n < 12; n++)
      await expect(replicas[0].guard(email, "192.0.2.1", failing)).rejects.toThrow();
    expect(await signIn("192.0.2.1")).toBe("right");
  });

  it("that died with its process is forgotten before those that failed are", async () => {
    for (let n = 0; n < 10; n++) {
      const begun = Promise.withResolvers<void>();
      void replicas[0].guard(email, "192.0.2.1", () => {
        begun.resolve();
        return Promise.withResolvers<null>().promise;
      });
      await begun.promise;
    }
    expect(await signIn("192.0.2.1")).toMatchObject({ reason: "BUSY" });
    now += minutes(2) + 1;
    expect(await signIn("192.0.2.1")).toBe("right");
  });

  it("leaves neither an address nor an account behind in clear", async () => {
    await guess("192.0.2.1");
    await signIn("192.0.2.2");
    const collections = ["failed_logins", "familiar_addresses"].map((name) =>
      database.db.collection(name).find().toArray(),
    );
    const stored = JSON.stringify(await Promise.all(collections));
    expect(stored).toContain("key");
    expect(stored).not.toContain(email);
    expect(stored).not.toContain("192.0.2");
  });
});

describe("signing up", () => {
  it("is bounded per address and hour, also all at once", async () => {
    const limit = await createSignUpLimit(database.db, { limit: 3, clock });
    const take = (address: string) => outcome(limit.take(address).then(() => "counted"));
    const answers = await Promise.all(Array.from({ length: 9 }, () => take("192.0.2.1")));
    expect(answers.filter((answer) => answer === "right").length).toBeLessThanOrEqual(3);
    for (let n = 0; n < 3; n++) await take("192.0.2.1");
    expect(await take("192.0.2.1")).toEqual({
      reason: "TOO_MANY_ACCOUNTS",
      metadata: { retryAfter: "3600" },
    });
    expect(await take("192.0.2.2")).toBe("right");
    now += minutes(60) + 1;
    expect(await take("192.0.2.1")).toBe("right");
  });
});
