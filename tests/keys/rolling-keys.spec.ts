import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient, createRouterTransport } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createAccessTokens } from "@ticketing/auth/access-token";
import { type KeyName, keyNames, readRing } from "@ticketing/launcher/key-folder";
import { rotateKey } from "@ticketing/launcher/key-rotation";
import { ensureKeys, type KeyFiles } from "@ticketing/launcher/keys";
import { serviceNames } from "@ticketing/launcher/service-names";
import { AuthService } from "@ticketing/proto/auth/v1/auth_service";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { createUserAuthenticator, requireUser } from "@ticketing/runtime/identity/identity";
import {
  createServiceAuthenticator,
  createServiceTokens,
  requireService,
} from "@ticketing/runtime/identity/service-tokens";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { newId } from "@ticketing/runtime/process/ids";
import { createErrorInterceptor } from "@ticketing/runtime/serving/error-interceptor";
import { createInternalClient } from "@ticketing/runtime/serving/internal-client";
import { startInternalServer } from "@ticketing/runtime/serving/internal-server";
import { startPublicServer } from "@ticketing/runtime/serving/public-server";
import { createServingStatus } from "@ticketing/runtime/serving/serving-status";
import { silent, testConfig } from "@ticketing/runtime/testing/service";
import { decodeProtectedHeader } from "jose";

/** How often everybody looks here. */
const LOOK_MS = 20;
const watch = { log: silent, pollMs: LOOK_MS };
const user = { id: newId(), displayName: "Ada", roles: [] };

let folder: string;
let keys: KeyFiles;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ticketing-rolling-keys-"));
  keys = await ensureKeys(folder);
});
afterAll(async () => {
  for (const close of closing) await close();
  await rm(folder, { recursive: true });
});

/** Somebody with a key: the token that it sends now, and a call with it or with another. */
interface Caller {
  readonly name: KeyName;
  token(): Promise<string>;
  call(given?: string): Promise<void>;
  /** Resolves when all callees know the published keys. */
  known(): Promise<void>;
}

const kidOf = (token: string) => decodeProtectedHeader(token).kid;

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; !(await condition()); await sleep(LOOK_MS))
    if (Date.now() > end) throw new Error("it never became so");
}

/** Orders, whom every service calls. */
async function startOrders(): Promise<Caller[]> {
  const refuse = () => {
    throw new Error("not part of this spec");
  };
  const server = await startInternalServer({
    host: "127.0.0.1",
    port: 0,
    log: silent,
    authenticate: await createServiceAuthenticator({
      name: "orders",
      keysFile: keys.serviceKeysFile,
      ...watch,
    }),
    routes: (router) =>
      router.service(OrderLifecycleService, {
        readOrder: (_, context) => ({ order: { buyerId: requireService(context, ...serviceNames) } }),
        completeOrder: refuse,
        cancelOrder: refuse,
        expireOrder: refuse,
        markRefunded: refuse,
        refuseRefund: refuse,
        endForEvent: refuse,
        refundForCase: refuse,
        recordPartRefund: refuse,
        openTicket: refuse,
        listOrders: refuse,
        listOverdueOrders: refuse,
      }),
    health: createServingStatus(),
  });
  closing.push(() => server.drain(100));
  return Promise.all(
    serviceNames.map(async (name) => {
      const tokens = await createServiceTokens({ name, keyFile: keys.serviceKeyFile(name), ...watch });
      /** Calls with the token of now, or with the one given. */
      const call = async (given?: string) => {
        const client = createInternalClient(OrderLifecycleService, {
          addresses: [`127.0.0.1:${server.port}`],
          callee: "orders",
          tokens: given ? { tokenFor: async () => given } : tokens,
        });
        const { order } = await client.readOrder({ orderId: newId() }).finally(client.close);
        if (order?.buyerId !== name) throw new Error(`${name} was taken for ${order?.buyerId}`);
      };
      // Whoever meets a key that it does not know looks at the file.
      return { name, call, token: () => tokens.tokenFor("orders"), known: async () => undefined };
    }),
  );
}

/** Auth, whose keys are fetched over HTTP, and a service that users call. */
async function startUsers(): Promise<Caller> {
  const tokens = await createAccessTokens({ keyFile: keys.tokenKeyFile, lifetimeMs: 900_000, ...watch });
  const fetched: string[] = [];
  const auth = await startPublicServer({
    config: testConfig(),
    log: silent,
    routes: () => undefined,
    http: {
      "/jwks.json": async () => {
        const { keys } = tokens.jwks();
        fetched.push(keys.map(({ kid }) => kid).join());
        return { status: 200, body: JSON.stringify({ keys }) };
      },
    },
  });
  closing.push(() => auth.drain(100));
  const jwksUrl = `http://127.0.0.1:${auth.port}/jwks.json`;
  const authenticator = createUserAuthenticator({ jwksUrl, cookieName: "session", refreshMs: LOOK_MS });
  const transport = createRouterTransport(
    (router) =>
      router.service(AuthService, {
        getCurrentUser: (_, context) => ({ user: { id: requireUser(context).userId } }),
      }),
    { router: { interceptors: [createErrorInterceptor(silent), authenticator] } },
  );
  const client = createClient(AuthService, transport);
  const token = async () => (await tokens.issue(user, new Date())).token;
  const call = async (given?: string) => {
    const headers = { authorization: `Bearer ${given ?? (await token())}` };
    await client.getCurrentUser({}, { headers });
  };
  /** Who fetches again has made its own what it fetched before. */
  const known = async () => {
    const kids = (await readRing(folder, "access-token")).map(({ kid }) => kid).join();
    const before = fetched.length;
    await until(async () => fetched.slice(before).filter((each) => each === kids).length > 1);
  };
  return { name: "access-token", call, token, known };
}

describe("a mesh whose keys roll, one after another and then all at once", () => {
  it("fails no call, and refuses afterwards what the old keys signed", async () => {
    const callers = [...(await startOrders()), await startUsers()];
    const called = new Map<KeyName, number>(keyNames.map((name) => [name, 0]));
    const failures: unknown[] = [];
    let over = false;
    const load = callers.map(async ({ name, call, token }) => {
      for (let n = 1; !over; n++) {
        // A token is used again as long as it is good.
        const held = await token();
        for (const given of [held, undefined, held])
          await call(given).catch((error) => failures.push([name, error]));
        called.set(name, n);
        await sleep(2);
      }
    });

    const rotate = async (rolling: readonly Caller[], secondsFromNow: number) => {
      const now = Date.now() + secondsFromNow * 1000;
      for (const { name } of rolling) {
        const options = { spreadS: 1, accessTokenLifetimeMs: 1000, now };
        expect(await rotateKey(folder, name, options)).toHaveProperty("done");
      }
      for (const { name, token, known } of rolling) {
        const [{ kid = name }] = await readRing(folder, name);
        await until(async () => kidOf(await token()) === kid);
        await known();
        const before = called.get(name) ?? 0;
        await until(async () => (called.get(name) ?? 0) > before + 2);
      }
    };
    const dropped: [Caller, string][] = [];
    try {
      for (const rolling of [...callers.map((caller) => [caller]), callers]) {
        for (const caller of rolling) dropped.push([caller, await caller.token()]);
        for (const seconds of [0, 2, 100]) await rotate(rolling, seconds);
      }
    } finally {
      over = true;
      await Promise.all(load);
    }
    expect(failures).toEqual([]);

    expect(dropped).toHaveLength(2 * keyNames.length);
    for (const [{ name, call, token }, old] of dropped) {
      expect([name, kidOf(await token()) === kidOf(old)]).toEqual([name, false]);
      const refusal = name === "access-token" ? "INVALID_TOKEN" : "SERVICE_TOKEN_REQUIRED";
      await until(async () => (await call(old).catch(reasonOf)) === refusal);
    }
    const published = await readFile(keys.serviceKeysFile, "utf8");
    for (const name of serviceNames) expect(published.match(new RegExp(`"${name}/`, "g"))).toHaveLength(1);
  }, 120_000);
});
