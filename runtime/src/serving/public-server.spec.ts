import { gzipSync } from "node:zlib";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, type ServiceImpl } from "@connectrpc/connect";
import { codeToString, errorFromJsonBytes } from "@connectrpc/connect/protocol-connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { GetOrderRequestSchema, OrderService } from "@ticketing/proto/orders/v1/order_service";
import { MongoNetworkError } from "mongodb";
import { h2cRequest } from "../../testing/h2c-request.ts";
import { startIssuer } from "../../testing/keys.ts";
import { silent, testConfig } from "../../testing/service.ts";
import { requireUser } from "../identity/identity.ts";
import { DomainError, errorInfoOf, reasonOf } from "../process/domain-error.ts";
import { type HttpRoutes, type PublicServer, startPublicServer } from "./public-server.ts";

const orderId = "0192f0c0-1111-7222-8333-444455556666";
const GET_ORDER = "/ticketing.orders.v1.OrderService/GetOrder";

let issuer: Awaited<ReturnType<typeof startIssuer>>;
let server: PublicServer;
let origin: string;
/** What the service does, told by each spec. */
let orders: Partial<ServiceImpl<typeof OrderService>>;
let http: HttpRoutes;

async function* nothing() {}

beforeAll(async () => {
  issuer = await startIssuer();
  server = await startPublicServer({
    config: testConfig({ JWKS_URL: issuer.url }),
    log: silent,
    routes: (router) =>
      router.service(OrderService, {
        getOrder: (request, context) => orders.getOrder?.(request, context) ?? {},
        watchOrder: (request, context) => orders.watchOrder?.(request, context) ?? nothing(),
      }),
    http: { "/hook": (request) => http["/hook"]?.(request) ?? Promise.resolve({ status: 204 }) },
  });
  origin = `http://127.0.0.1:${server.port}`;
});
beforeEach(() => {
  orders = { getOrder: (request) => ({ order: { id: request.orderId } }) };
  http = {};
});
afterAll(async () => {
  await server.drain(100);
  await issuer.close();
});

const transports = {
  gRPC: () => createGrpcTransport({ baseUrl: origin }),
  "gRPC-Web": () => createGrpcWebTransport({ baseUrl: origin, httpVersion: "2" }),
  Connect: () => createConnectTransport({ baseUrl: origin, httpVersion: "2" }),
};
const protocols = Object.keys(transports) as (keyof typeof transports)[];
const client = (protocol: keyof typeof transports = "gRPC") =>
  createClient(OrderService, transports[protocol]());
const errorOf = (call: Promise<unknown>): Promise<ConnectError> =>
  call.then(() => Promise.reject(new Error("was answered")), ConnectError.from);
const json = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  h2cRequest(
    origin,
    { ":path": path, ":method": "POST", "content-type": "application/json", ...headers },
    body,
  );

/** Code and reason of an error of the Connect protocol. */
const refusalIn = (body: string) => {
  const error = errorFromJsonBytes(Buffer.from(body), undefined, new ConnectError("no error", Code.Unknown));
  return [codeToString(error.code), reasonOf(error)];
};

describe.each(protocols)("over %s", (protocol) => {
  it("a call is answered", async () => {
    expect((await client(protocol).getOrder({ orderId })).order?.id).toBe(orderId);
  });

  it("a stream arrives message by message", async () => {
    orders.watchOrder = async function* () {
      for (const version of [1n, 2n, 3n]) yield { order: { version } };
    };
    const seen: unknown[] = [];
    for await (const { order } of client(protocol).watchOrder({ orderId })) seen.push(order?.version);
    expect(seen).toEqual([1n, 2n, 3n]);
  });

  it("a refusal keeps its reason and facts", async () => {
    orders.getOrder = () => {
      throw new DomainError("NOT_FOUND", "no such order – 期限", { orderId });
    };
    const error = await errorOf(client(protocol).getOrder({ orderId }));
    expect(error).toMatchObject({ code: Code.NotFound, rawMessage: "no such order – 期限" });
    expect(errorInfoOf(error)).toMatchObject({ reason: "NOT_FOUND", metadata: { orderId } });
  });

  it("the caller is known by the token, and a bad token ends the call", async () => {
    orders.getOrder = (_, context) => ({ order: { buyerId: requireUser(context).userId } });
    const call = (token: string) =>
      client(protocol).getOrder({ orderId }, { headers: { authorization: `Bearer ${token}` } });
    expect((await call(await issuer.token())).order?.buyerId).toBe("user-1");
    expect(reasonOf(await errorOf(call("x.y.z")))).toBe("INVALID_TOKEN");
  });

  it("a request that breaks a constraint is refused, and names the field", async () => {
    const error = await errorOf(client(protocol).getOrder({ orderId: "1" }));
    expect(error.code).toBe(Code.InvalidArgument);
    expect(error.rawMessage).toContain("order_id");
  });

  it("a request larger than 64 KiB is refused", async () => {
    const error = await errorOf(client(protocol).getOrder({ orderId: "x".repeat(65 * 1024) }));
    expect(error.code).toBe(Code.ResourceExhausted);
  });

  it("a method without an implementation is unimplemented", async () => {
    expect((await errorOf(client(protocol).listMyOrders({}))).code).toBe(Code.Unimplemented);
  });

  it("a method that is not there is unimplemented", async () => {
    const { getOrder } = OrderService.method;
    const call = transports[protocol]().unary({ ...getOrder, name: "Nothing" }, undefined, undefined, {}, {});
    expect((await errorOf(call)).code).toBe(Code.Unimplemented);
  });

  it("a client's deadline reaches the handler", async () => {
    let left: number | undefined;
    orders.getOrder = (_, context) => {
      left = context.timeoutMs();
      return {};
    };
    await client(protocol).getOrder({ orderId }, { timeoutMs: 2000 });
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(2000);
  });

  it("a stream that its client leaves ends at the server too", async () => {
    let told: (() => void) | undefined;
    const ended = new Promise<void>((resolve) => {
      told = resolve;
    });
    orders.watchOrder = async function* (_, { signal }) {
      signal.addEventListener("abort", () => told?.());
      yield {};
      await new Promise(() => undefined);
    };
    const leave = new AbortController();
    const watching = (async () => {
      for await (const _ of client(protocol).watchOrder({ orderId }, { signal: leave.signal })) leave.abort();
    })();
    expect((await errorOf(watching)).code).toBe(Code.Canceled);
    await ended;
  });
});

describe("a deadline beyond an hour becomes an hour", () => {
  it.each([
    ["application/json", "connect-timeout-ms", "3600001"],
    ["application/json", "connect-timeout-ms", "9999999999"],
    ["application/json", "connect-timeout-ms", "99999999999999999999"],
    ["application/grpc", "grpc-timeout", "61M"],
    ["application/grpc", "grpc-timeout", "99999999H"],
    ["application/grpc-web+proto", "grpc-timeout", "99999999S"],
  ])("in %s: %s %s", async (type, header, deadline) => {
    let left: number | undefined;
    orders.getOrder = (_, context) => {
      left = context.timeoutMs();
      return {};
    };
    const message = Buffer.from(toBinary(GetOrderRequestSchema, create(GetOrderRequestSchema, { orderId })));
    const framed = Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]);
    const body = type === "application/json" ? JSON.stringify({ orderId }) : framed;
    expect((await json(GET_ORDER, body, { "content-type": type, [header]: deadline })).status).toBe(200);
    expect(left).toBeGreaterThan(3_590_000);
    expect(left).toBeLessThanOrEqual(3_600_000);
  });
});

describe("every answer", () => {
  it("names its request: the gateway's id, or a new one for an id that is none", async () => {
    const idOf = async (given: Record<string, string>) =>
      (await json(GET_ORDER, JSON.stringify({ orderId }), given)).headers["x-request-id"];
    expect(await idOf({ "x-request-id": "edge-12345678" })).toBe("edge-12345678");
    expect(await idOf({ "x-request-id": "a b; <script>" })).toMatch(/^[\da-f-]{36}$/);
    expect(await idOf({})).toMatch(/^[\da-f-]{36}$/);
  });
});

describe("a plain HTTP route", () => {
  it("is given the method, the headers and the body as it came", async () => {
    http["/hook"] = async ({ method, headers, body }) => ({
      status: 201,
      headers: { "content-type": "text/plain", "x-signature": String(headers["x-signature"]) },
      body: `${method} ${Buffer.from(body).toString("hex")}`,
    });
    const answer = await json("/hook?x=1", Buffer.from([0, 255, 10]), { "x-signature": "t=1" });
    expect(answer).toMatchObject({ status: 201, body: "POST 00ff0a" });
    expect(answer.headers).toMatchObject({ "content-type": "text/plain", "x-signature": "t=1" });
  });

  it("answers HEAD as GET, but for the body, also where there is none", async () => {
    http["/hook"] = async () => ({ status: 200, headers: { "cache-control": "no-store" }, body: "{}" });
    for (const [path, status] of [
      ["/hook", 200],
      ["/nothing", 404],
    ] as const) {
      const answer = await h2cRequest(origin, { ":path": path, ":method": "HEAD" }, "");
      expect([path, answer.status, answer.body]).toEqual([path, status, ""]);
      expect(answer.headers["content-type"]).toBe("application/json");
    }
  });

  it("that fails answers 500 and says nothing of why", async () => {
    http["/hook"] = () => Promise.reject(new Error("secret"));
    const answer = await json("/hook", "{}");
    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain("secret");
  });

  it("that needs what is away answers 503, and when to try again", async () => {
    for (const [away, reason] of [
      [new MongoNetworkError("mongo-0 is gone"), "DATABASE_UNAVAILABLE"],
      [new DomainError("STRIPE_UNAVAILABLE", "not now"), "STRIPE_UNAVAILABLE"],
    ] as const) {
      http["/hook"] = () => Promise.reject(away);
      const answer = await json("/hook", "{}");
      expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "1"]);
      expect(refusalIn(answer.body)).toEqual(["unavailable", reason]);
      expect(answer.body).not.toContain("mongo");
    }
  });

  it("takes 64 KiB and no more", async () => {
    http["/hook"] = async ({ body }) => ({ status: 200, body: String(body.length) });
    expect(await json("/hook", Buffer.alloc(64 * 1024))).toMatchObject({ status: 200, body: "65536" });
    const tooLarge = await json("/hook", Buffer.alloc(64 * 1024 + 1));
    expect(tooLarge.status).toBe(413);
    expect(refusalIn(tooLarge.body)).toEqual(["resource_exhausted", "REQUEST_TOO_LARGE"]);
    expect((await json("/hook", Buffer.alloc(1024 * 1024))).status).toBe(413);
  });
});

describe("nonsense gets a typed error and the process lives:", () => {
  afterEach(async () => {
    expect((await client().getOrder({ orderId })).order?.id).toBe(orderId);
  });

  it.each([
    "/",
    "/nothing",
    "/ticketing.orders.v1.OrderService/Nothing",
    "/__proto__",
    "/constructor",
    "//",
    "//x:y",
  ])("the path %s", async (path) => {
    const answer = await json(path, "{}");
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.body)).toMatchObject({ code: "unimplemented" });
  });

  it.each(["{", "[]", "null", '{"orderId":1}', "\u0000", ""])("the JSON body %j", async (body) => {
    const answer = await json(GET_ORDER, body);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ code: "invalid_argument" });
  });

  it("bytes that are no message, in each encoding", async () => {
    const send = (type: string, body: Buffer) => json(GET_ORDER, body, { "content-type": type });
    const refused = await send("application/proto", Buffer.from([0x0a, 0xff]));
    expect(refusalIn(refused.body)).toEqual(["invalid_argument", "BAD_REQUEST"]);
    for (const body of [
      Buffer.from("zzzzz"),
      Buffer.from([0, 0, 0, 0, 2, 0x0a, 0xff]),
      Buffer.from([0, 255]),
    ]) {
      const { trailers, headers } = await send("application/grpc", body);
      expect(Number(trailers["grpc-status"] ?? headers["grpc-status"])).toBeGreaterThan(0);
    }
    expect((await send("text/html", Buffer.from("<p>"))).status).toBe(415);
  });

  it.each([
    [405, "PUT", "application/json"],
    [405, "DELETE", "application/connect+proto"],
    [415, "POST", "application/x-www-form-urlencoded"],
    [415, "POST", "application/connect+json"],
    [415, "POST", "application/json; charset=utf-16"],
  ])("%d for %s with %s", async (status, method, type) => {
    const answer = await json(GET_ORDER, "{}", { ":method": method, "content-type": type });
    expect(answer.status).toBe(status);
    expect(refusalIn(answer.body)).toEqual(["unimplemented", "HTTP_NOT_SUPPORTED"]);
    expect(answer.headers.allow).toBe(status === 405 ? "POST, GET" : undefined);
  });

  it("what is sent to an RPC as a text, with a sentence", async () => {
    const answer = await json(GET_ORDER, "{}", { "content-type": "text/plain" });
    expect(answer).toMatchObject({ status: 415, headers: { "content-type": "text/plain" } });
    expect(answer.body).toContain("content type");
  });

  it("a call of gRPC in an encoding that nobody knows", async () => {
    const answer = await json(GET_ORDER, "", { "content-type": "application/grpc+thrift" });
    expect(answer).toMatchObject({ status: 200, headers: { "grpc-status": `${Code.Unimplemented}` } });
  });

  it("a HEAD of an RPC, which has no body", async () => {
    const answer = await h2cRequest(origin, { ":path": GET_ORDER, ":method": "HEAD" }, "");
    expect(answer).toMatchObject({ status: 405, body: "" });
  });

  it.each(["[", "%", "a%zz", "x:99999999"])("a call to the host %j", async (authority) => {
    const answer = await json(GET_ORDER, JSON.stringify({ orderId }), { ":authority": authority });
    expect(answer.status).toBe(400);
    expect(refusalIn(answer.body)).toEqual(["invalid_argument", "BAD_REQUEST"]);
  });

  it.each([
    [400, "encoding=proto&base64=1&message=%25%25", "invalid_argument", "BAD_REQUEST"],
    [415, "encoding=xml&message=x", "unimplemented", "HTTP_NOT_SUPPORTED"],
  ])("%d for a GET with %s", async (status, query, code, reason) => {
    const path = `${GET_ORDER}?connect=v1&${query}`;
    const answer = await h2cRequest(origin, { ":path": path, ":method": "GET" }, "");
    expect([answer.status, ...refusalIn(answer.body)]).toEqual([status, code, reason]);
  });

  it("a body that says it is compressed and is not, or that grows when it is opened", async () => {
    const bomb = gzipSync(Buffer.from(JSON.stringify({ orderId: "x".repeat(5_000_000) })));
    for (const body of ["plain", bomb]) {
      const answer = await json(GET_ORDER, body, { "content-encoding": "gzip" });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(JSON.parse(answer.body)).toHaveProperty("code");
    }
  });

  it("a message of gRPC that grows when it is opened", async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000));
    const size = Buffer.alloc(4);
    size.writeUInt32BE(bomb.length);
    const framed = Buffer.concat([Buffer.from([1]), size, bomb]);
    const answer = await json(GET_ORDER, framed, {
      "content-type": "application/grpc",
      "grpc-encoding": "gzip",
    });
    expect(answer.headers["grpc-status"]).toBe(`${Code.ResourceExhausted}`);
  });

  it.each(["abc", "-1", "1e99"])("the deadline %s", async (timeout) => {
    const answer = await json(GET_ORDER, JSON.stringify({ orderId }), { "connect-timeout-ms": timeout });
    expect(JSON.parse(answer.body)).toMatchObject({ code: "invalid_argument" });
  });
});
