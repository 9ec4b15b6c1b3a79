import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { type Certificate, makeAuthority } from "@ticketing/servers/certificates";
import { freePort } from "@ticketing/servers/ports";
import { grpcServing } from "@ticketing/servers/probe";
import { makeServiceKeys, startIssuer } from "../../testing/keys.ts";
import { orderLifecycle } from "../../testing/order-lifecycle.ts";
import { silent, testConfig } from "../../testing/service.ts";
import { makeTlsDir } from "../../testing/tls-dir.ts";
import { requireUser } from "../identity/identity.ts";
import { createServiceAuthenticator, createServiceTokens } from "../identity/service-tokens.ts";
import type { CommonConfig } from "../process/config.ts";
import { reasonOf } from "../process/domain-error.ts";
import { openTransportSecurity, type TransportSecurity } from "../process/transport-security.ts";
import { createInternalClient, type InternalClient } from "./internal-client.ts";
import { type InternalRouter, type InternalServer, startInternalServer } from "./internal-server.ts";
import { type Serving, serve } from "./serve.ts";
import { createServingStatus } from "./serving-status.ts";

const orderId = "0192f0c0-1111-7222-8333-444455556666";
const authority = makeAuthority("first");
const other = makeAuthority("second");
const issue = (names: string[], by = authority) => by.issue({ names: [...names, "127.0.0.1"] });

/** What the public port answers on /keys. */
let jwks = "";
let keys: Awaited<ReturnType<typeof makeServiceKeys>>;
const closing: (() => unknown)[] = [];
beforeAll(async () => {
  keys = await makeServiceKeys("orders", "payments");
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
afterAll(() => keys.remove());

/** What a process has that was given this certificate, and the folder it is read from. */
async function given(own: Certificate, authorities = authority.cert) {
  const dir = await makeTlsDir(own, authorities);
  const security = await openTransportSecurity(dir.folder, silent, 20);
  if (!security) throw new Error("a folder was named");
  closing.push(dir.remove, security.close);
  return { dir, security };
}

const internalRoutes = (router: InternalRouter) => router.service(OrderLifecycleService, orderLifecycle);

/** Orders' internal port alone. */
async function startInternal(security: TransportSecurity | undefined, port = 0): Promise<InternalServer> {
  const server = await startInternalServer({
    host: "127.0.0.1",
    port,
    log: silent,
    authenticate: await createServiceAuthenticator({ name: "orders", keysFile: keys.keysFile, log: silent }),
    routes: internalRoutes,
    health: createServingStatus(),
    security,
  });
  closing.push(() => server.drain(100));
  return server;
}

/** All ports of orders. */
async function startOrders(
  security: TransportSecurity | undefined,
  more: Partial<CommonConfig> = {},
): Promise<Serving> {
  const serving = await serve({
    name: "orders",
    config: testConfig({ SERVICE_KEYS_FILE: keys.keysFile, ...more }),
    log: silent,
    security,
    publicRoutes: (router) =>
      router.service(OrderService, {
        getOrder: (_, context) => ({ order: { id: orderId, buyerId: requireUser(context).userId } }),
      }),
    publicHttp: { "/keys": async () => ({ status: 200, body: jwks }) },
    internalRoutes,
  });
  closing.push(serving.close);
  return serving;
}

async function ordersAt(
  port: number,
  security: TransportSecurity | undefined,
): Promise<InternalClient<typeof OrderLifecycleService>> {
  const client = createInternalClient(OrderLifecycleService, {
    addresses: [`127.0.0.1:${port}`],
    callee: "orders",
    tokens: await createServiceTokens({ name: "payments", keyFile: keys.keyFile("payments"), log: silent }),
    security,
  });
  closing.push(client.close);
  return client;
}

const errorOf = (call: Promise<unknown>): Promise<ConnectError> =>
  call.then(() => Promise.reject(new Error("it was answered")), ConnectError.from);

describe("a call between services by TLS", () => {
  it("reaches the callee that shows its name", async () => {
    const { security } = await given(issue(["orders"]));
    const { port } = await startInternal(security);
    const client = await ordersAt(port, security);
    expect((await client.readOrder({ orderId })).order?.id).toBe(orderId);
    await expect(client.ping()).resolves.toBeUndefined();
  });

  const parts: [string, () => Promise<[TransportSecurity | undefined, TransportSecurity | undefined]>][] = [
    [
      "a callee of another authority",
      async () => [
        (await given(issue(["orders"], other))).security,
        (await given(issue(["payments"]))).security,
      ],
    ],
    [
      "a callee that shows another name",
      async () => [(await given(issue(["tickets"]))).security, (await given(issue(["payments"]))).security],
    ],
    ["a callee in plain text", async () => [undefined, (await given(issue(["payments"]))).security]],
    ["a caller in plain text", async () => [(await given(issue(["orders"]))).security, undefined]],
  ];
  it.each(parts)("ends at once, in words, with %s", async (_, sides) => {
    const [callee, caller] = await sides();
    const { port } = await startInternal(callee);
    const client = await ordersAt(port, caller);
    const begun = Date.now();
    const error = await errorOf(client.readOrder({ orderId }));
    expect([error.code, error.rawMessage]).toEqual([
      Code.Unavailable,
      "orders cannot be reached now; try again",
    ]);
    await expect(client.ping()).rejects.toThrow("orders cannot be reached");
    expect(Date.now() - begun).toBeLessThan(3000);
  });

  it("fails for none while certificates are renewed under load", async () => {
    const { dir, security } = await given(issue(["orders"]));
    const { port } = await startInternal(security);
    let renewing = true;
    let calls = 0;
    const kept = await ordersAt(port, security);
    const callers = 8;
    const calling = Array.from({ length: callers }, async (_, index) => {
      while (renewing) {
        // Half of the callers connect anew for each call.
        const client = index % 2 ? kept : await ordersAt(port, security);
        await client.readOrder({ orderId });
        if (client !== kept) client.close();
        calls += 1;
      }
    });
    const ended = Promise.all(calling);
    const moment = () => Promise.race([ended, sleep(10)]);
    for (let renewal = 0; renewal < 5; renewal++) {
      const next = issue(["orders"]);
      await dir.renew(next);
      // Each certificate is in use for calls of every caller before the next one comes.
      while (security.serverOptions().cert !== next.cert) await moment();
      for (const enough = calls + 4 * callers; calls < enough; ) await moment();
    }
    renewing = false;
    await ended;
  });

  it("goes on when the authority changes, over a bundle of both", async () => {
    const port = await freePort();
    const callee = await given(issue(["orders"]));
    const caller = await given(issue(["payments"]));
    const before = await startInternal(callee.security, port);
    const client = await ordersAt(port, caller.security);
    await client.readOrder({ orderId });

    await caller.dir.replace("ca.crt", authority.cert + other.cert);
    await until(() => caller.security.authorities().includes(other.cert));
    await before.drain(100);
    const next = await given(issue(["orders"], other));
    await startInternal(next.security, port);
    await until(() =>
      client.readOrder({ orderId }).then(
        () => true,
        () => false,
      ),
    );

    await caller.dir.replace("ca.crt", other.cert);
    await until(() => !caller.security.authorities().includes(authority.cert));
    expect((await client.readOrder({ orderId })).order?.id).toBe(orderId);
  });
});

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20);
}

describe("the public port by TLS", () => {
  it("serves its clients, and believes auth's keys from whom it trusts alone", async () => {
    const issuer = await startIssuer();
    closing.push(issuer.close);
    jwks = issuer.jwks;
    const { security } = await given(issue(["auth"]));
    const auth = await startOrders(security);
    const JWKS_URL = `https://127.0.0.1:${auth.publicPort}/keys`;

    const call = async (trusting: TransportSecurity) => {
      const { publicPort } = await startOrders(trusting, { JWKS_URL });
      const baseUrl = `https://127.0.0.1:${publicPort}`;
      const transport = createGrpcTransport({ baseUrl, nodeOptions: { ca: [authority.cert, other.cert] } });
      const authorization = `Bearer ${await issuer.token()}`;
      return createClient(OrderService, transport).getOrder({ orderId }, { headers: { authorization } });
    };
    expect((await call(security)).order?.buyerId).toBe("user-1");
    const stranger = await given(issue(["orders"], other), other.cert);
    expect(reasonOf(await errorOf(call(stranger.security)))).toBe("KEYS_UNAVAILABLE");
  });

  it("answers nobody in plain text", async () => {
    const { security } = await given(issue(["orders"]));
    const { publicPort } = await startOrders(security);
    const transport = createGrpcTransport({ baseUrl: `http://127.0.0.1:${publicPort}` });
    const begun = Date.now();
    await errorOf(createClient(OrderService, transport).getOrder({ orderId }, { timeoutMs: 5000 }));
    expect(Date.now() - begun).toBeLessThan(3000);
  });
});

describe("health for probes without TLS", () => {
  it("is served in plain text on a port of its own, and nothing else is", async () => {
    const { security } = await given(issue(["orders"]));
    const HEALTH_PORT = await freePort();
    const serving = await startOrders(security, { HEALTH_PORT });
    await expect(grpcServing(`127.0.0.1:${HEALTH_PORT}`)).resolves.toBeUndefined();
    await expect(grpcServing(`127.0.0.1:${HEALTH_PORT}`, "liveness")).resolves.toBeUndefined();
    await expect(grpcServing(`127.0.0.1:${serving.internalPort}`)).rejects.toThrow("UNAVAILABLE");
    const error = await errorOf((await ordersAt(HEALTH_PORT, undefined)).readOrder({ orderId }));
    expect(error.code).toBe(Code.Unimplemented);
  });

  it("is never a way around a TLS_DIR that nobody opened", async () => {
    await expect(startOrders(undefined, { TLS_DIR: "/tls" })).rejects.toThrow("TLS_DIR is set");
  });
});
