import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { OutgoingHttpHeaders } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConnectError } from "@connectrpc/connect";
import { errorFromJsonBytes } from "@connectrpc/connect/protocol-connect";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { errorInfoOf } from "@ticketing/runtime/process/domain-error";
import type { EnvoyServer } from "@ticketing/servers/envoy";
import { freePort } from "@ticketing/servers/ports";
import { forEachRouted, type RoutedService, routedServices } from "./src/routed-services.ts";
import { GET_TICKET } from "./testing/http-request.ts";
import { startGateway } from "./testing/start-gateway.ts";
import { type Answer, EMPTY_FRAME, flood, send, startUpstream, type Upstream } from "./testing/upstream.ts";

const publicServices = [
  ["auth", "ticketing.auth.v1.AuthService"],
  ["tickets", "ticketing.tickets.v1.TicketService"],
  ["orders", "ticketing.orders.v1.OrderService"],
  ["payments", "ticketing.payments.v1.PaymentService"],
  ["catalog", "ticketing.catalog.v1.CatalogService"],
  ["events", "ticketing.events.v1.EventService"],
  ["deliveries", "ticketing.deliveries.v1.DeliveryService"],
  ["operations", "ticketing.operations.v1.OperationsService"],
  ["operations", "ticketing.catalog.v1.OperationsService"],
] as const;
const FOREIGN = "https://evil.example";
/** Another origin that the configuration allows. */
const PARTNER = "https://partner.example";

let dir: string;
let envoy: EnvoyServer;
let origin: string;
let upstreams: Record<RoutedService, Upstream>;

const addresses = () => forEachRouted((name) => [upstreams[name].address]);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "gateway-"));
  const started = await Promise.all(routedServices.map(async (name) => [name, await startUpstream()]));
  upstreams = Object.fromEntries(started);
  // One of the two replicas of catalog is down.
  const nobody = `127.0.0.1:${await freePort()}`;
  const { server, at } = await startGateway(
    dir,
    { ...addresses(), catalog: [nobody, upstreams.catalog.address] },
    { others: [PARTNER] },
  );
  [envoy, origin] = [server, at];
}, 60_000);
afterAll(async () => {
  await envoy?.stop();
  for (const upstream of Object.values(upstreams ?? {})) await upstream.close();
  await rm(dir, { recursive: true, force: true });
}, 30_000);
beforeEach(() => {
  for (const { requests } of Object.values(upstreams)) requests.length = 0;
});

/** A Connect call, unless the headers say otherwise. */
const call = (path: string, headers: OutgoingHttpHeaders = {}, body: string | Buffer = "{}") =>
  send(origin, { ":method": "POST", ":path": path, "content-type": "application/json", ...headers }, body);
const json = (answer: Answer) => JSON.parse(answer.body.toString());
const arrived = () =>
  Object.entries(upstreams).flatMap(([name, { requests }]) =>
    requests.map((request) => `${name} ${request.path}`),
  );

describe("the gateway routes", () => {
  it.each(publicServices)("to %s the calls of %s", async (name, service) => {
    expect((await call(`/${service}/Any`)).status).toBe(200);
    expect(arrived()).toEqual([`${name} /${service}/Any`]);
  });

  it("to a replica that lives, however often", async () => {
    const path = "/ticketing.catalog.v1.CatalogService/SearchTickets";
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(path)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  });

  it("the public keys to auth and Stripe's webhooks, their bodies untouched, to payments and payouts", async () => {
    await send(origin, { ":path": "/.well-known/jwks.json" });
    await call("/webhooks/stripe", { "stripe-signature": "t=1,v1=ab" }, '{ "id" : "evt_1"}\n');
    expect(arrived()).toEqual(["auth /.well-known/jwks.json", "payments /webhooks/stripe"]);
    expect(upstreams.payments.requests[0]?.body.toString()).toBe('{ "id" : "evt_1"}\n');
    expect(upstreams.payments.requests[0]?.headers["stripe-signature"]).toBe("t=1,v1=ab");
    await call("/webhooks/stripe-connect", { "stripe-signature": "t=1,v1=ab" }, "{}\n");
    expect(upstreams.payouts.requests[0]?.body.toString()).toBe("{}\n");
  });

  it.each([
    "/ticketing.tickets.internal.v1.TicketLockService/LockTicket",
    "/ticketing.tickets.v1.TicketLockService/LockTicket",
    "/ticketing.orders.internal.v1.OrderLifecycleService/CompleteOrder",
    "/ticketing.orders.v1.OrderLifecycleService/CompleteOrder",
    "/ticketing.payments.internal.v1.PaymentLifecycleService/CapturePayment",
    "/ticketing.payments.v1.PaymentLifecycleService/CapturePayment",
    "/ticketing.orders.v1.OrderService/../../ticketing.orders.internal.v1.OrderLifecycleService/CompleteOrder",
    "/ticketing.orders.v1.OrderService/..//ticketing.orders.internal.v1.OrderLifecycleService/CompleteOrder",
    "/grpc.health.v1.Health/Check",
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    "/ticketing.tickets.v1.TicketService",
    // For reading alone.
    "/.well-known/jwks.json",
    "/webhooks/other",
    "/config_dump",
    "/",
  ])("nowhere %s", async (path) => {
    const answer = await call(path);
    expect(answer.status).toBe(404);
    expect(answer.headers["content-type"]).toBe("application/json");
    expect(json(answer).code).toBe("unimplemented");
    expect(arrived()).toEqual([]);
  });

  it.each([
    "/ticketing.orders.v1.OrderService/%2e%2e/x",
    "/ticketing.orders.v1.OrderService%2f..%2fx",
    "/ticketing.orders.v1.OrderService%5cx",
  ])("nowhere a path that hides its slashes or dots: %s", async (path) => {
    expect([400, 404]).toContain((await call(path)).status);
    expect(arrived()).toEqual([]);
  });
});

it("Stripe's webhook is refused by any other method than POST, and is no page of the web app", async () => {
  for (const method of ["GET", "PUT"]) {
    const answer = await fetch(`${origin}/webhooks/stripe`, { method });
    expect([method, answer.status, answer.headers.get("allow")]).toEqual([method, 405, "POST"]);
    const body = new Uint8Array(await answer.arrayBuffer());
    const error = errorFromJsonBytes(body, undefined, new ConnectError("no error"));
    expect(errorInfoOf(error)?.reason).toBe("HTTP_NOT_SUPPORTED");
  }
  expect(arrived()).toEqual([]);
});

describe("the web app", () => {
  it("has the paths that are nobody else's, for reading, once it has an address", async () => {
    const web = createServer((_request, response) => response.end("<html>"));
    await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
    const bound = web.address();
    const port = typeof bound === "object" ? bound?.port : undefined;
    const { server, at } = await startGateway(dir, { ...addresses(), web: [`127.0.0.1:${port}`] });
    try {
      const page = await fetch(`${at}/tickets/7`);
      expect([page.status, await page.text()]).toEqual([200, "<html>"]);
      const head = await fetch(`${at}/tickets/7`, { method: "HEAD" });
      expect([head.status, await head.text()]).toEqual([200, ""]);
      const internal = "/ticketing.orders.internal.v1.OrderLifecycleService/ReadOrder";
      expect((await fetch(`${at}${internal}`)).status).toBe(404);
      expect((await fetch(`${at}/tickets/7`, { method: "POST" })).status).toBe(404);
    } finally {
      await server.stop();
      web.close();
    }
  }, 30_000);

  it("is a 404 without one", async () => {
    const answer = await fetch(`${origin}/tickets/7`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: "not_found" });
  });
});

describe("protocols", () => {
  it("gRPC-Web is gRPC to the service and gRPC-Web to the client", async () => {
    const answer = await call(
      GET_TICKET,
      { "content-type": "application/grpc-web+proto", "x-grpc-web": "1" },
      EMPTY_FRAME,
    );
    const [request] = upstreams.tickets.requests;
    expect(request?.headers["content-type"]).toBe("application/grpc");
    expect(request?.headers.te).toBe("trailers");
    expect(request?.body).toEqual(EMPTY_FRAME);
    expect(answer).toMatchObject({ status: 200, headers: { "content-type": "application/grpc-web+proto" } });
    // The message, then the trailers as a frame of their own (flag 0x80).
    expect(answer.body.subarray(0, 5)).toEqual(EMPTY_FRAME);
    expect(answer.body[5]).toBe(0x80);
    expect(answer.body.subarray(10).toString()).toMatch(/^grpc-status: ?0\r\n/);
  });

  it("gRPC passes with its trailers", async () => {
    const answer = await call(
      GET_TICKET,
      { "content-type": "application/grpc", te: "trailers" },
      EMPTY_FRAME,
    );
    expect(upstreams.tickets.requests[0]?.headers["content-type"]).toBe("application/grpc");
    expect(answer.trailers["grpc-status"]).toBe("0");
  });

  it("Connect passes as it is, over HTTP/2 and over HTTP/1.1", async () => {
    await call(GET_TICKET, { "connect-protocol-version": "1" }, '{"ticketId":"7"}');
    const headers = { "content-type": "application/json", "connect-protocol-version": "1" };
    const answer = await fetch(`${origin}${GET_TICKET}`, {
      method: "POST",
      headers,
      body: '{"ticketId":"7"}',
    });
    expect(await answer.json()).toEqual({});
    for (const request of upstreams.tickets.requests) {
      expect(request.headers["content-type"]).toBe("application/json");
      expect(request.body.toString()).toBe('{"ticketId":"7"}');
    }
    expect(upstreams.tickets.requests).toHaveLength(2);
  });

  it("a gRPC client is refused in gRPC", async () => {
    const answer = await call(
      "/nowhere/At",
      { "content-type": "application/grpc", te: "trailers" },
      EMPTY_FRAME,
    );
    expect(answer.status).toBe(200);
    expect(answer.headers["grpc-status"]).toBe("12");
    expect(answer.headers["grpc-message"]).toBe("no such path");
  });
});

describe("calls with cookies", () => {
  const cookie = "session=abc";

  it.each([
    ["from another origin", { origin: FOREIGN }],
    ["from a page without an origin", { origin: "null" }],
    ["without an Origin", {}],
  ])("are refused %s", async (_, headers) => {
    const answer = await call(GET_TICKET, { cookie, ...headers });
    expect(answer.status).toBe(403);
    expect(json(answer).code).toBe("permission_denied");
    expect(arrived()).toEqual([]);
  });

  it("are refused as simple requests, which need no preflight, too", async () => {
    const headers = { cookie, origin: FOREIGN, "content-type": "text/plain" };
    expect((await call(GET_TICKET, headers)).status).toBe(403);
    expect((await call("/webhooks/stripe", headers)).status).toBe(403);
    expect(arrived()).toEqual([]);
  });

  it("pass from our own origin", async () => {
    expect((await call(GET_TICKET, { cookie, origin })).status).toBe(200);
    expect(upstreams.tickets.requests[0]?.headers.cookie).toBe(cookie);
  });

  it("pass from 127.0.0.1 as from localhost, on our own port alone", async () => {
    const loopback = origin.replace("localhost", "127.0.0.1");
    expect((await call(GET_TICKET, { cookie, origin: loopback })).status).toBe(200);
    const { port } = new URL(origin);
    for (const other of [
      "http://127.0.0.1",
      `http://127.0.0.1:${Number(port) + 1}`,
      `http://localhost:${Number(port) + 1}`,
      `https://127.0.0.1:${port}`,
      `http://127x0.0.1:${port}`,
      `http://evil.example/?${loopback}`,
      `${loopback}.evil.example`,
    ]) {
      expect([other, (await call(GET_TICKET, { cookie, origin: other })).status]).toEqual([other, 403]);
    }
  });

  it("may read from anywhere, with GET and with HEAD", async () => {
    for (const method of ["GET", "HEAD"]) {
      const answer = await send(origin, { ":method": method, ":path": "/.well-known/jwks.json", cookie });
      expect([method, answer.status]).toEqual([method, 200]);
    }
  });

  it("call no RPC with HEAD", async () => {
    const answer = await send(origin, { ":method": "HEAD", ":path": GET_TICKET, cookie, origin: FOREIGN });
    expect(answer.status).toBe(403);
  });

  it("need no Origin when there are no cookies: apps and scripts", async () => {
    expect((await call(GET_TICKET, { authorization: "Bearer x" })).status).toBe(200);
    expect((await call(GET_TICKET, { authorization: "Bearer x", origin: FOREIGN })).status).toBe(200);
  });
});

describe("CORS", () => {
  const preflight = (from: string) =>
    send(origin, {
      ":method": "OPTIONS",
      ":path": GET_TICKET,
      origin: from,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,connect-protocol-version",
    });

  it.each(["our own", "a configured"])("allows %s origin, without cookies", async (which) => {
    const from = which === "our own" ? origin : PARTNER;
    const { status, headers } = await preflight(from);
    expect(status).toBe(200);
    expect(headers["access-control-allow-origin"]).toBe(from);
    expect(headers["access-control-allow-methods"]).toContain("POST");
    expect(headers["access-control-allow-headers"]).toContain("connect-protocol-version");
    expect(headers["access-control-allow-credentials"]).toBeUndefined();
    const answer = await call(GET_TICKET, { origin: from });
    expect(answer.headers["access-control-allow-origin"]).toBe(from);
    expect(answer.headers["access-control-expose-headers"]).toContain("grpc-status");
  });

  it("tells caches that answers differ by origin, also those of the public keys and to no origin", async () => {
    const keys = { ":path": "/.well-known/jwks.json" };
    const answers = await Promise.all([
      preflight(PARTNER),
      preflight(FOREIGN),
      call(GET_TICKET, { origin: PARTNER }),
      call(GET_TICKET),
      send(origin, { ...keys, origin: PARTNER }),
      send(origin, keys),
      call("/nowhere", { origin: PARTNER }),
    ]);
    for (const { headers } of answers) expect(`${headers.vary}`.toLowerCase()).toContain("origin");
    expect(answers[4]?.headers["access-control-allow-origin"]).toBe(PARTNER);
  });

  it("allows no other and does not ask the services", async () => {
    expect((await preflight(FOREIGN)).headers["access-control-allow-origin"]).toBeUndefined();
    expect(arrived()).toEqual([]);
    const answer = await call(GET_TICKET, { origin: FOREIGN });
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
  });
});

describe("limits", () => {
  it("let a body of 64 KiB pass and refuse a larger one, however it arrives", async () => {
    expect((await call(GET_TICKET, {}, Buffer.alloc(65_536, 32))).status).toBe(200);
    const announced = await call(GET_TICKET, { "content-length": 65_537 }, Buffer.alloc(65_537, 32));
    const streamed = await call(GET_TICKET, {}, Buffer.alloc(300_000, 32));
    for (const answer of [announced, streamed]) {
      expect(answer.status).toBe(413);
      expect(json(answer).code).toBe("resource_exhausted");
    }
    expect(upstreams.tickets.requests).toHaveLength(1);
  });

  it("drop headers whose names some servers take for others, and not their calls", async () => {
    const headers = { x_user_id: "1", x_client_address: "203.0.113.9", "x-trace": "kept" };
    expect((await call(GET_TICKET, headers)).status).toBe(200);
    const arrived = upstreams.tickets.requests[0]?.headers ?? {};
    expect(Object.keys(arrived).filter((name) => name.includes("_"))).toEqual([]);
    expect(arrived["x-trace"]).toBe("kept");
  });

  it("refuse headers beyond 16 KiB", async () => {
    expect([0, 431]).toContain((await call(GET_TICKET, { "x-large": "a".repeat(20_000) })).status);
    expect(arrived()).toEqual([]);
  });

  it("end a call that gets no answer and leave a watch open", async () => {
    const watch = "/ticketing.orders.v1.OrderService/WatchOrder";
    const grpc = { ":method": "POST", ":path": watch, "content-type": "application/grpc", te: "trailers" };
    const [hanging, watching] = await Promise.all([
      call("/ticketing.orders.v1.OrderService/Hang"),
      send(origin, grpc, EMPTY_FRAME, 17_000),
    ]);
    expect(hanging.status).toBe(504);
    expect(json(hanging).code).toBe("deadline_exceeded");
    expect(watching.body.length).toBeGreaterThan(15 * EMPTY_FRAME.length);
  }, 30_000);
});

describe("a flood", () => {
  let server: EnvoyServer;
  let at: string;
  beforeAll(async () => {
    ({ server, at } = await startGateway(dir, addresses(), { addressRate: 20 }));
  });
  afterAll(() => server.stop());

  // Linux has all of 127.0.0.0/8; the rules are the same elsewhere, where this cannot be set up.
  const local = (last: number) => `127.0.0.${last}`;
  const ask = (times: number, address: string, headers: OutgoingHttpHeaders = {}) =>
    flood(
      at.replace("localhost", "127.0.0.1"),
      { ":method": "POST", ":path": GET_TICKET, "content-type": "application/json", ...headers },
      times,
      address,
    );
  const count = (answers: { status: number }[], status: number) =>
    answers.filter((answer) => answer.status === status).length;

  it("from one address is refused beyond its rate, says when to come back, and is nobody else's matter", async () => {
    const flooding = await ask(300, local(2));
    expect(count(flooding, 200)).toBeGreaterThanOrEqual(40);
    expect(count(flooding, 200)).toBeLessThan(200);
    expect(count(flooding, 429)).toBe(300 - count(flooding, 200));
    const refused = flooding.find(({ status }) => status === 429);
    expect(refused?.headers["retry-after"]).toBe("1");
    expect(Object.keys(refused?.headers ?? {}).filter((name) => name.startsWith("x-envoy"))).toEqual([]);
    expect(count(await ask(20, local(3)), 200)).toBe(20);
  });

  it("is the caller's own, whatever address it claims", async () => {
    const claims = await Promise.all(
      Array.from({ length: 10 }, (_, n) => ask(20, local(4), { "x-forwarded-for": `203.0.113.${n}` })),
    );
    expect(count(claims.flat(), 429)).toBeGreaterThan(100);
  });

  it("is refused in gRPC to a gRPC client", async () => {
    const answers = await ask(300, local(5), { "content-type": "application/grpc", te: "trailers" });
    const refused = answers.filter(({ headers }) => headers["grpc-status"] === "8");
    expect(refused.length).toBeGreaterThan(100);
    for (const { status, headers } of refused) {
      expect({ status, after: headers["retry-after"] }).toEqual({ status: 200, after: "1" });
    }
  });
});

describe("what a client says of itself", () => {
  it("does not reach the services where they might believe it", async () => {
    await call(GET_TICKET, {
      "x-request-id": "chosen-by-the-client",
      "x-forwarded-for": "203.0.113.9",
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "https",
      "x-envoy-original-path": "/x",
      "x-envoy-internal": "true",
      "x-user-id": "admin",
      "x-service-name": "workflows",
    });
    const headers = upstreams.tickets.requests[0]?.headers ?? {};
    expect(headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    // What it claims stays left of the address that the gateway saw.
    expect(headers["x-forwarded-for"]).toMatch(/^203\.0\.113\.9,.+/);
    expect(headers["x-forwarded-proto"]).toBe("http");
    for (const name of [
      "x-forwarded-host",
      "x-envoy-original-path",
      "x-envoy-internal",
      "x-user-id",
      "x-service-name",
    ]) {
      expect([name, headers[name]]).toEqual([name, undefined]);
    }
  });
});

describe("every answer", () => {
  it.each([
    ["of a service", () => call(GET_TICKET)],
    ["to an unknown path", () => call("/nowhere")],
    ["to a forged call", () => call(GET_TICKET, { cookie: "a=b", origin: FOREIGN })],
    ["to too large a body", () => call(GET_TICKET, {}, Buffer.alloc(70_000))],
  ])("%s carries the security headers and a request id", async (_, ask) => {
    const { headers } = await ask();
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["x-frame-options"]).toBe("DENY");
    expect(headers["referrer-policy"]).toBe("same-origin");
    expect(headers["cache-control"]).toBe("no-store");
    expect(headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.server).toBe("gateway");
    expect(Object.keys(headers).filter((name) => name.startsWith("x-envoy"))).toEqual([]);
  });

  it("is typed when a service is away", async () => {
    await upstreams.auth.close();
    const answer = await call("/ticketing.auth.v1.AuthService/SignIn");
    expect(answer.status).toBe(503);
    expect(json(answer).code).toBe("unavailable");
  });
});
