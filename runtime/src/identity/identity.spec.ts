import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { generateKeyPair, SignJWT } from "jose";
import { nextUserKey, signUserToken, startIssuer, type TokenOverrides } from "../../testing/keys.ts";
import { silent } from "../../testing/service.ts";
import { reasonOf } from "../process/domain-error.ts";
import { createErrorInterceptor } from "../serving/error-interceptor.ts";
import {
  type Caller,
  createUserAuthenticator,
  optionalUser,
  requireRole,
  requireUser,
  sessionCookieName,
} from "./identity.ts";

let issuer: Awaited<ReturnType<typeof startIssuer>>;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.close());

/** A client of a service that trusts the key set, and the callers it let in. */
function service(jwksUrl: string, cookieName = "session", refreshMs?: number) {
  const callers: (Caller | undefined)[] = [];
  const note = (caller?: Caller) => {
    callers.push(caller);
    return {};
  };
  const transport = createRouterTransport(
    (router) =>
      router.service(OrderService, {
        getOrder: (_, context) => note(optionalUser(context)),
        cancelOrder: (_, context) => note(requireUser(context)),
        requestRefund: (_, context) => note(requireRole(context, "operator")),
      }),
    {
      router: {
        interceptors: [
          createErrorInterceptor(silent),
          createUserAuthenticator({ jwksUrl, cookieName, refreshMs }),
        ],
      },
    },
  );
  return { client: createClient(OrderService, transport), callers };
}

/** What the service makes of these headers: the caller, or why it refused. */
async function callWith(headers: Record<string, string>, cookieName?: string) {
  const { client, callers } = service(issuer.url, cookieName);
  try {
    await client.getOrder({}, { headers });
    return callers[0];
  } catch (error) {
    return { code: ConnectError.from(error).code, reason: reasonOf(error) };
  }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const ada: Caller = {
  userId: "user-1",
  displayName: "Ada",
  roles: ["seller"],
  // As the token says, in whole seconds.
  expireTime: expect.any(Date) as unknown as Date,
};
const invalid = { code: Code.Unauthenticated, reason: "INVALID_TOKEN" };

describe("a caller", () => {
  it("is the user of the token that a native client sends", async () => {
    expect(await callWith(bearer(await issuer.token()))).toEqual(ada);
  });

  it("is the user of the session cookie, among other cookies", async () => {
    const cookie = `theme=dark; session=${await issuer.token()}; other=1`;
    expect(await callWith({ cookie })).toEqual(ada);
  });

  it("with both is the one of the authorization header", async () => {
    const cookie = `session=${await issuer.token({ payload: { sub: "user-2" } })}`;
    expect(await callWith({ ...bearer(await issuer.token()), cookie })).toEqual(ada);
  });

  it("at an https origin is read from the __Host- cookie only", async () => {
    const name = sessionCookieName("https://tickets.example");
    expect(name).toBe("__Host-session");
    expect(await callWith({ cookie: `session=${await issuer.token()}` }, name)).toBeUndefined();
    expect(await callWith({ cookie: `__Host-session=${await issuer.token()}` }, name)).toEqual(ada);
  });

  it("without a token is nobody, whatever other headers claim", async () => {
    const headers = { "x-user-id": "user-1", "x-roles": "operator", cookie: "mysession=x; session=" };
    expect(await callWith(headers)).toBeUndefined();
  });
});

describe("a token is refused", () => {
  const past = Math.floor(Date.now() / 1000) - 10;

  it.each<[string, TokenOverrides]>([
    ["of another issuer", { payload: { iss: "example" } }],
    ["for another audience", { payload: { aud: "example" } }],
    ["of another type, such as a service's", { header: { typ: "svc+jwt" } }],
    ["that never expires", { payload: { exp: undefined } }],
    ["of no user", { payload: { sub: undefined } }],
    ["without an id", { payload: { jti: undefined } }],
    ["without roles", { payload: { roles: undefined } }],
    ["that is not valid yet", { payload: { nbf: past + 1000 } }],
    ["signed by a key that auth does not name", { header: { kid: "other" } }],
  ])("%s", async (_, overrides) => {
    expect(await callWith(bearer(await issuer.token(overrides)))).toEqual(invalid);
  });

  it("that expired, and says so: the client can renew it", async () => {
    const token = await issuer.token({ payload: { exp: past } });
    expect(await callWith(bearer(token))).toEqual({ code: Code.Unauthenticated, reason: "TOKEN_EXPIRED" });
  });

  it("signed by somebody else under auth's key id", async () => {
    const { privateKey } = await generateKeyPair("EdDSA");
    expect(await callWith(bearer(await signUserToken(privateKey)))).toEqual(invalid);
  });

  it("signed with another algorithm, or with none", async () => {
    const hmac = await new SignJWT({ sub: "user-1", name: "Ada", roles: [], jti: "1" })
      .setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid: "users" })
      .setIssuer("ticketing")
      .setAudience("ticketing")
      .setExpirationTime("1m")
      .sign(new TextEncoder().encode("x".repeat(32)));
    const [, payload] = (await issuer.token()).split(".");
    const none = Buffer.from(JSON.stringify({ alg: "none", typ: "at+jwt" })).toString("base64url");
    expect(await callWith(bearer(hmac))).toEqual(invalid);
    expect(await callWith(bearer(`${none}.${payload}.`))).toEqual(invalid);
  });

  it("whose claims were changed after it was signed", async () => {
    const [header, payload, signature] = (await issuer.token()).split(".");
    const claims = JSON.parse(Buffer.from(payload ?? "", "base64url").toString());
    const forged = Buffer.from(JSON.stringify({ ...claims, roles: ["operator"] })).toString("base64url");
    expect(await callWith(bearer(`${header}.${forged}.${signature}`))).toEqual(invalid);
  });

  it.each(["Bearer ", "Bearer a b", "Basic dXNlcjpwYXNz", "Bearer not-a-token", "Bearer ..."])(
    "in the header %j",
    async (authorization) => {
      expect(await callWith({ authorization })).toEqual(invalid);
    },
  );
});

describe("a handler that needs", () => {
  const refused = async (call: Promise<unknown>) =>
    reasonOf(
      await call.then(
        () => undefined,
        (error: unknown) => error,
      ),
    );

  it("a rule that requires a user refuses anonymous calls", async () => {
    const { client, callers } = service(issuer.url);
    expect(await refused(client.cancelOrder({}))).toBe("UNAUTHENTICATED");
    await client.cancelOrder({}, { headers: bearer(await issuer.token()) });
    expect(callers).toEqual([ada]);
  });

  it("a rule that requires a role refuses users without it", async () => {
    const { client } = service(issuer.url);
    const operator = await issuer.token({ payload: { roles: ["operator"] } });
    expect(await refused(client.requestRefund({}))).toBe("UNAUTHENTICATED");
    expect(await refused(client.requestRefund({}, { headers: bearer(await issuer.token()) }))).toBe(
      "ROLE_REQUIRED",
    );
    await client.requestRefund({}, { headers: bearer(operator) });
  });
});

describe("a session cookie that is not valid", () => {
  const past = Math.floor(Date.now() / 1000) - 10;

  it.each<[string, TokenOverrides, string]>([
    ["that expired", { payload: { exp: past } }, "TOKEN_EXPIRED"],
    ["of another key", { header: { kid: "other" } }, "INVALID_TOKEN"],
  ])("%s, leaves its caller nobody, and tells why where a user is needed", async (_, overrides, reason) => {
    const { client, callers } = service(issuer.url);
    const headers = { cookie: `session=${await issuer.token(overrides)}` };
    await client.getOrder({}, { headers });
    expect(callers).toEqual([undefined]);
    const refused = await client.cancelOrder({}, { headers }).catch(ConnectError.from);
    expect(refused).toMatchObject({ code: Code.Unauthenticated });
    expect(reasonOf(refused)).toBe(reason);
  });
});

describe("auth's public keys", () => {
  it("are fetched once for many calls", async () => {
    const { client } = service(issuer.url);
    const before = issuer.requests();
    const headers = bearer(await issuer.token());
    await Promise.all(Array.from({ length: 20 }, () => client.getOrder({}, { headers })));
    expect(issuer.requests() - before).toBe(1);
  });

  it("out of reach make a call unavailable, not its token invalid", async () => {
    const gone = await startIssuer();
    await gone.close();
    const { client } = service(gone.url);
    const error = await client.getOrder({}, { headers: bearer(await gone.token()) }).catch(ConnectError.from);
    expect(error).toMatchObject({ code: Code.Unavailable });
    expect(reasonOf(error)).toBe("KEYS_UNAVAILABLE");
  });

  it("answered with a failure do the same", async () => {
    const failing = await startIssuer();
    failing.answerWith(503);
    const { client } = service(failing.url);
    const headers = bearer(await failing.token());
    expect(reasonOf(await client.getOrder({}, { headers }).catch(ConnectError.from))).toBe(
      "KEYS_UNAVAILABLE",
    );
    failing.answerWith(200);
    await client.getOrder({}, { headers });
    await failing.close();
  });

  it.each([
    ["cut short", '{"keys":[{"kty":"OKP",'],
    ["with nothing", ""],
    ["with another text", "<html>starting</html>"],
    ["without keys", "{}"],
    ["with what is no key", '{"keys":[null]}'],
  ])("answered %s do the same", async (_, body) => {
    const cut = await startIssuer();
    cut.answerWith(200, body);
    const { client } = service(cut.url);
    const headers = bearer(await cut.token());
    const error = await client.getOrder({}, { headers }).catch(ConnectError.from);
    cut.answerWith(200);
    const whole = await client.getOrder({}, { headers }).catch(ConnectError.from);
    await cut.close();
    expect(reasonOf(error)).toBe("KEYS_UNAVAILABLE");
    expect(whole).not.toBeInstanceOf(ConnectError);
  });

  it("may be several; one that is dropped is soon refused", async () => {
    const rolling = await startIssuer();
    const next = await nextUserKey("users-2");
    const { client } = service(rolling.url, "session", 20);
    const tokens = [await rolling.token(), await next.token()];
    const outcomes = () =>
      Promise.all(
        tokens.map((token) => client.getOrder({}, { headers: bearer(token) }).then(() => "ok", reasonOf)),
      );
    const become = async (wanted: (string | undefined)[]) => {
      for (let tries = 0; `${await outcomes()}` !== `${wanted}` && tries < 500; tries++) await sleep(10);
      expect(await outcomes()).toEqual(wanted);
    };
    try {
      await become(["ok", "INVALID_TOKEN"]);
      rolling.answerWith(200, JSON.stringify({ keys: [next.jwk, rolling.jwk] }));
      await become(["ok", "ok"]);
      // Away: what was known stays good.
      rolling.answerWith(503);
      await sleep(60);
      expect(await outcomes()).toEqual(["ok", "ok"]);
      rolling.answerWith(200, JSON.stringify({ keys: [next.jwk] }));
      await become(["INVALID_TOKEN", "ok"]);
    } finally {
      await rolling.close();
    }
  });

  it("are not asked for by an anonymous call, or by a token that is none", async () => {
    const gone = await startIssuer();
    await gone.close();
    const { client } = service(gone.url);
    await client.getOrder({});
    const error = await client.getOrder({}, { headers: bearer("x") }).catch(ConnectError.from);
    expect(reasonOf(error)).toBe("INVALID_TOKEN");
  });
});
