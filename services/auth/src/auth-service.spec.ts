import { randomUUID } from "node:crypto";
import { createClient, createRouterTransport } from "@connectrpc/connect";
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { AuthService } from "@ticketing/proto/auth/v1/auth_service";
import { Role } from "@ticketing/proto/auth/v1/user";
import type { Database } from "@ticketing/runtime/documents/database";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { createErrorInterceptor } from "@ticketing/runtime/serving/error-interceptor";
import { makeServiceKeys } from "@ticketing/runtime/testing/keys";
import { silent } from "@ticketing/runtime/testing/service";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { makeAuthService } from "../testing/make-auth-service.ts";
import { madeAt } from "../testing/password-hash.ts";
import type { User } from "./user.ts";

jest.setTimeout(30_000);

let database: Database;
let keys: Awaited<ReturnType<typeof makeServiceKeys>>;
let now: number;
let ask: ReturnType<typeof createClient<typeof AuthService>>;
let person: { email: string; password: string };

beforeAll(async () => {
  database = await openSpecDatabase();
  keys = await makeServiceKeys("users");
  const { service } = await makeAuthService({
    db: database.db,
    keyFile: keys.keyFile("users"),
    publicUrl: "http://localhost:8080",
    clock: () => new Date(now),
    operator: "operator@example.com",
  });
  const transport = createRouterTransport((router) => router.service(AuthService, service), {
    router: { interceptors: [createErrorInterceptor(silent)] },
  });
  ask = createClient(AuthService, transport);
});
afterAll(async () => {
  await database?.close();
  await keys?.remove();
});
beforeEach(() => {
  // The database forgets by the real time what has expired.
  now = Date.now();
  person = { email: `${randomUUID()}@example.com`, password: randomUUID() };
});

/** An address of its own for each person. */
let addresses = 0;
async function signedUp() {
  const headers = { "x-client-address": `192.0.2.${addresses++}` };
  await ask.signUp({ ...person, displayName: "Ada" }, { headers });
  return { ...(await ask.issueToken({ grant: { case: "credentials", value: person } })), headers };
}
/** The answer to a browser: its message, and the cookies that came with it. */
async function answered<T>(call: (onHeader: (headers: Headers) => void) => Promise<T>) {
  let cookies: string[] = [];
  const message = await call((headers) => {
    cookies = headers.getSetCookie();
  });
  return { message, cookies, cookie: cookies.map((value) => value.split(";")[0]).join("; ") };
}
const renew = (refreshToken: string) =>
  ask
    .issueToken({ grant: { case: "refreshToken", value: refreshToken } })
    .then(({ refreshToken: next }) => next, reasonOf);

describe("a browser", () => {
  it("gets its tokens in cookies, and never in a message", async () => {
    const headers = { "x-client-address": "192.0.2.200" };
    const up = await answered((onHeader) =>
      ask.signUp({ ...person, displayName: "Ada" }, { headers, onHeader }),
    );
    const signIn = await answered((onHeader) => ask.signIn(person, { onHeader }));
    const again = await answered((onHeader) =>
      ask.refreshSession({}, { headers: { cookie: signIn.cookie }, onHeader }),
    );
    for (const { message, cookies } of [up, signIn, again]) {
      expect(cookies).toHaveLength(2);
      expect(Object.keys(message).filter((name) => !name.startsWith("$"))).toEqual(["user"]);
      const text = JSON.stringify(message, (_, value) => (typeof value === "bigint" ? `${value}` : value));
      for (const value of cookies) expect(text).not.toContain(/=([^;]*)/.exec(value)?.[1]);
    }
    expect(again.cookies).not.toEqual(signIn.cookies);
  });

  it("that signs out has no session any more, and no cookie", async () => {
    await signedUp();
    const { cookie } = await answered((onHeader) => ask.signIn(person, { onHeader }));
    const out = await answered((onHeader) => ask.signOut({}, { headers: { cookie }, onHeader }));
    expect(out.cookies.map((value) => /=;.*Max-Age=0/.test(value))).toEqual([true, true]);
    expect(await ask.refreshSession({}, { headers: { cookie } }).catch(reasonOf)).toBe("SESSION_EXPIRED");
  });
});

describe("a native client", () => {
  it("gets its tokens in the message, and no cookie", async () => {
    await signedUp();
    const grant = { case: "credentials" as const, value: person };
    const { message, cookies } = await answered((onHeader) => ask.issueToken({ grant }, { onHeader }));
    expect(cookies).toEqual([]);
    expect(message.accessToken).toMatch(/^eyJ/);
    expect(await renew(message.refreshToken)).not.toBe(message.refreshToken);
  });

  it("that signs out has no session any more", async () => {
    const { refreshToken } = await signedUp();
    await ask.signOut({ refreshToken });
    expect(await renew(refreshToken)).toBe("SESSION_EXPIRED");
  });

  it("whose refresh token was used twice has lost its session, with every token of it", async () => {
    const { refreshToken: first } = await signedUp();
    const second = await renew(first);
    const sibling = await renew(first);
    now += 31_000;
    expect(await renew(first)).toBe("REFRESH_TOKEN_REUSED");
    for (const token of [first, `${second}`, `${sibling}`])
      expect(await renew(token)).toBe("SESSION_EXPIRED");
  });
});

describe("an account of an earlier release, whose password was hashed at another cost", () => {
  it("signs in and renews its hash without an event", async () => {
    await signedUp();
    const users = database.db.collection<User>("users");
    const passwordHash = madeAt(person.password, { memory: 4096, passes: 1, parallelism: 1 });
    const mine = { email: person.email };
    await users.updateOne(mine, { $set: { passwordHash, pending: false, published: 1 } });
    expect(await ask.signIn({ ...person, password: "wrong" }).catch(reasonOf)).toBe("BAD_CREDENTIALS");
    expect((await users.findOne(mine))?.passwordHash).toBe(passwordHash);
    await ask.signIn(person);
    const after = await users.findOne(mine);
    expect(after?.passwordHash).toContain("$m=19456,t=2,p=1$");
    expect(after).toMatchObject({ version: 2, pending: false });
    expect(after?.history).toHaveLength(1);
    await ask.signIn(person);
    expect((await users.findOne(mine))?.version).toBe(2);
  });
});

describe("an address", () => {
  it("opens a limited number of accounts in an hour", async () => {
    const headers = { "x-client-address": "192.0.2.250", "x-forwarded-for": "203.0.113.1" };
    const open = () =>
      ask
        .signUp(
          { email: `${randomUUID()}@example.com`, password: "long enough", displayName: "Ada" },
          { headers },
        )
        .then(() => "opened", reasonOf);
    expect([await open(), await open(), await open(), await open()]).toEqual([
      ...["opened", "opened", "opened"],
      "TOO_MANY_ACCOUNTS",
    ]);
  });

  it("that is unknown learns nothing of who has an account", async () => {
    await signedUp();
    const guess = (email: string) => ask.signIn({ email, password: "wrong" }).catch(reasonOf);
    expect(await guess(person.email)).toBe("BAD_CREDENTIALS");
    expect(await guess(`${randomUUID()}@example.com`)).toBe("BAD_CREDENTIALS");
  });
});

it("an account gets its roles", async () => {
  const { user: nobody } = await signedUp();
  expect(nobody).toMatchObject({ roles: [], grantedRoles: [] });
  person.email = "operator@example.com";
  const { user: operator } = await signedUp();
  expect(operator).toMatchObject({ roles: ["operator"], grantedRoles: [Role.OPERATOR] });
});
