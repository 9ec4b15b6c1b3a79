import { gzipSync } from "node:zlib";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { Code, decodeBinaryHeader, type HandlerContext } from "@connectrpc/connect";
import { codeFromString } from "@connectrpc/connect/protocol-connect";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ErrorInfoSchema } from "@ticketing/proto/google/rpc/error_details";
import { StatusSchema } from "@ticketing/proto/google/rpc/status";
import { GetOrderRequestSchema, OrderService } from "@ticketing/proto/orders/v1/order_service";
import type { PublicReason } from "@ticketing/proto/reason";
import { type H2cAnswer, h2cRequest } from "../../testing/h2c-request.ts";
import { startIssuer } from "../../testing/keys.ts";
import { silent, testConfig } from "../../testing/service.ts";
import { type PublicServer, startPublicServer } from "./public-server.ts";

const orderId = "0192f0c0-1111-7222-8333-444455556666";
/** The order that this service fails at. */
const broken = "0192f0c0-1111-7222-8333-444455556667";
const service = "/ticketing.orders.v1.OrderService";

let issuer: Awaited<ReturnType<typeof startIssuer>>;
let server: PublicServer;
let origin: string;
beforeAll(async () => {
  issuer = await startIssuer();
  const never = (_: unknown, { signal }: HandlerContext) =>
    new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  server = await startPublicServer({
    config: testConfig({ JWKS_URL: issuer.url }),
    log: silent,
    routes: (router) =>
      router.service(OrderService, {
        getOrder: (request, context) =>
          request.orderId === broken ? Promise.reject(new Error("secret")) : never(request, context),
        async *watchOrder(request, context) {
          yield await never(request, context);
        },
      }),
    http: { "/hook": () => Promise.reject(new Error("not asked for")) },
  });
  origin = `http://127.0.0.1:${server.port}`;
});
afterAll(async () => {
  await server.drain(100);
  await issuer.close();
});

const bytes = Buffer.from(toBinary(GetOrderRequestSchema, create(GetOrderRequestSchema, { orderId })));
/** A message in its envelope. */
function framed(message: Buffer, flags = 0, claims = message.length): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(claims);
  return Buffer.concat([Buffer.from([flags]), size, message]);
}

/** Code and reason, from wherever the protocol has them. */
function refusalOf({ headers, trailers, body }: H2cAnswer) {
  const json = /\{.*\}$/s.exec(body)?.[0];
  if (json && !body.includes("grpc-status")) {
    const parsed = JSON.parse(json);
    const { code, details = [] } = parsed.error ?? parsed;
    const [info] = details.filter(({ type }: { type: string }) => type === "google.rpc.ErrorInfo");
    const value = info && fromBinary(ErrorInfoSchema, Buffer.from(info.value, "base64"));
    return { code: codeFromString(code), reason: value?.reason };
  }
  const inBody = Object.fromEntries(
    body.matchAll(/(grpc-[a-z-]+): ([^\r]*)/g).map(([, name, value]) => [name, value]),
  );
  const all: Record<string, unknown> = { ...headers, ...trailers, ...inBody };
  const packed = all["grpc-status-details-bin"];
  const details = packed ? decodeBinaryHeader(String(packed), StatusSchema).details : [];
  const info = details.flatMap((detail) => anyUnpack(detail, ErrorInfoSchema) ?? []);
  return { code: Number(all["grpc-status"]) as Code, reason: info[0]?.reason };
}

const post = (path: string, type: string, body: Buffer | string, headers: Record<string, string> = {}) =>
  h2cRequest(
    origin,
    { ":method": "POST", ":path": path, "content-type": type, te: "trailers", ...headers },
    body,
  );

const codes: Partial<Record<PublicReason, Code>> = {
  BAD_REQUEST: Code.InvalidArgument,
  REQUEST_TOO_LARGE: Code.ResourceExhausted,
  TIMED_OUT: Code.DeadlineExceeded,
  HTTP_NOT_SUPPORTED: Code.Unimplemented,
  NO_SUCH_PATH: Code.Unimplemented,
  SERVICE_FAILED: Code.Internal,
};
const refusedFor = (reason: PublicReason) => ({ code: codes[reason], reason });

describe.each([
  ["gRPC", `${service}/GetOrder`, "application/grpc", "grpc-encoding", "grpc-timeout", "HTTP_NOT_SUPPORTED"],
  [
    "a stream of gRPC",
    `${service}/WatchOrder`,
    "application/grpc",
    "grpc-encoding",
    "grpc-timeout",
    "HTTP_NOT_SUPPORTED",
  ],
  [
    "gRPC in JSON",
    `${service}/GetOrder`,
    "application/grpc+json",
    "grpc-encoding",
    "grpc-timeout",
    "BAD_REQUEST",
  ],
  [
    "gRPC-Web",
    `${service}/GetOrder`,
    "application/grpc-web+proto",
    "grpc-encoding",
    "grpc-timeout",
    "BAD_REQUEST",
  ],
  [
    "a stream of Connect",
    `${service}/WatchOrder`,
    "application/connect+proto",
    "connect-content-encoding",
    "connect-timeout-ms",
    "BAD_REQUEST",
  ],
] as const)("over %s", (_, path, type, encoding, timeout, cutShort) => {
  const connect = timeout === "connect-timeout-ms";
  const message = type.endsWith("json") ? Buffer.from(JSON.stringify({ orderId })) : bytes;
  it.each<[string, PublicReason, Buffer, Record<string, string>?]>([
    ["bytes that are no message", "BAD_REQUEST", framed(Buffer.from([0x0a, 0xff]))],
    ["a compressed message of no encoding", "BAD_REQUEST", framed(gzipSync(message), 1)],
    ["a message that claims more than 64 KiB", "REQUEST_TOO_LARGE", framed(message, 0, 70_000)],
    ["a message that is no gzip", "BAD_REQUEST", framed(message, 1), { [encoding]: "gzip" }],
    ["half of a gzip", "BAD_REQUEST", framed(gzipSync(message).subarray(0, 20), 1), { [encoding]: "gzip" }],
    ["an unknown encoding", "HTTP_NOT_SUPPORTED", framed(message), { [encoding]: "zip" }],
    ["no message", "HTTP_NOT_SUPPORTED", Buffer.alloc(0)],
    ["two messages", "HTTP_NOT_SUPPORTED", Buffer.concat([framed(message), framed(message)])],
    ["half of a message", cutShort, framed(message).subarray(0, 9)],
    ["the deadline abc", "BAD_REQUEST", framed(message), { [timeout]: "abc" }],
    ["the deadline 1Q", "BAD_REQUEST", framed(message), { [timeout]: "1Q" }],
    ["a deadline in the past", "BAD_REQUEST", framed(message), { [timeout]: connect ? "-1" : "-1S" }],
    ["a deadline that comes", "TIMED_OUT", framed(message), { [timeout]: connect ? "50" : "50m" }],
  ])("%s is refused with %s", async (...[, reason, body, headers]) => {
    expect(refusalOf(await post(path, type, body, headers))).toEqual(refusedFor(reason));
  });
});

describe.each([
  ["proto", "application/proto", bytes],
  ["JSON", "application/json", Buffer.from(JSON.stringify({ orderId }))],
])("over Connect in %s", (_, type, message) => {
  const gzip = { "content-encoding": "gzip" };
  it.each<[string, PublicReason, Buffer, Record<string, string>?]>([
    ["bytes that are no message", "BAD_REQUEST", Buffer.from([0x0a, 0xff])],
    ["more than 64 KiB", "REQUEST_TOO_LARGE", Buffer.alloc(70_000)],
    ["what is no gzip", "BAD_REQUEST", message, gzip],
    ["half of a gzip", "BAD_REQUEST", gzipSync(message).subarray(0, 20), gzip],
    ["an unknown encoding", "HTTP_NOT_SUPPORTED", message, { "content-encoding": "zip" }],
    ["the deadline abc", "BAD_REQUEST", message, { "connect-timeout-ms": "abc" }],
    ["a deadline in the past", "BAD_REQUEST", message, { "connect-timeout-ms": "-1" }],
    ["a deadline that comes", "TIMED_OUT", message, { "connect-timeout-ms": "50" }],
  ])("%s is refused with %s", async (...[, reason, body, headers]) => {
    expect(refusalOf(await post(`${service}/GetOrder`, type, body, headers))).toEqual(refusedFor(reason));
  });
});

describe("over Connect by GET", () => {
  it.each<[string, number, PublicReason, string]>([
    ["what is no base64", 400, "BAD_REQUEST", "encoding=proto&base64=1&message=%25%25%25"],
    ["bytes that are no message", 400, "BAD_REQUEST", "encoding=proto&base64=1&message=Cv8"],
    ["what is no JSON", 400, "BAD_REQUEST", "encoding=json&message=x"],
    ["an unknown encoding", 415, "HTTP_NOT_SUPPORTED", "encoding=xml&message=x"],
    ["an unknown compression", 501, "HTTP_NOT_SUPPORTED", "encoding=json&compression=zip&message=x"],
  ])("%s is refused with %d and %s", async (_, status, reason, query) => {
    const path = `${service}/GetOrder?connect=v1&${query}`;
    const answer = await h2cRequest(origin, { ":method": "GET", ":path": path }, "");
    expect([answer.status, refusalOf(answer)]).toEqual([status, refusedFor(reason)]);
  });
});

describe("over gRPC", () => {
  it("a message that unfolds to more than 64 KiB is refused", async () => {
    const huge = framed(gzipSync(Buffer.alloc(5_000_000)), 1);
    const answer = await post(`${service}/GetOrder`, "application/grpc", huge, { "grpc-encoding": "gzip" });
    expect(refusalOf(answer)).toEqual(refusedFor("REQUEST_TOO_LARGE"));
  });
});

describe("whatever protocol it is of,", () => {
  it.each([
    [405, "PUT", "application/json"],
    [415, "POST", "application/x-www-form-urlencoded"],
    [415, "POST", "application/connect+json"],
  ])("%d for %s with %s has a reason", async (status, method, type) => {
    const answer = await post(`${service}/GetOrder`, type, "{}", { ":method": method });
    expect([answer.status, refusalOf(answer)]).toEqual([status, refusedFor("HTTP_NOT_SUPPORTED")]);
  });

  it("a host that is none is refused with a reason", async () => {
    for (const type of ["application/json", "application/grpc+json", "application/grpc-web+proto"]) {
      const answer = await post(`${service}/GetOrder`, type, "", { ":authority": "%" });
      expect(refusalOf(answer)).toEqual(refusedFor("BAD_REQUEST"));
    }
  });

  it("a method that nobody serves is refused with a reason", async () => {
    for (const type of ["application/grpc", "application/grpc+json", "application/grpc-web+proto"]) {
      const message = framed(Buffer.from(type.endsWith("json") ? "{}" : ""));
      expect(refusalOf(await post(`${service}/ListMyOrders`, type, message))).toEqual(
        refusedFor("NO_SUCH_PATH"),
      );
    }
    const json = await post(`${service}/ListMyOrders`, "application/json", "{}");
    expect(refusalOf(json)).toEqual(refusedFor("NO_SUCH_PATH"));
  });

  it("a plain HTTP request that fails is answered 500 with a reason", async () => {
    const answer = await post("/hook", "application/json", "{}");
    expect([answer.status, refusalOf(answer)]).toEqual([500, refusedFor("SERVICE_FAILED")]);
  });

  it.each([["application/json"], ["application/grpc"], ["application/grpc-web+proto"]])(
    "a call of %s that fails has a reason, and names its request",
    async (type) => {
      const failing = Buffer.from(
        toBinary(GetOrderRequestSchema, create(GetOrderRequestSchema, { orderId: broken })),
      );
      const body = type.endsWith("json") ? JSON.stringify({ orderId: broken }) : framed(failing);
      const answer = await post(`${service}/GetOrder`, type, body);
      expect(refusalOf(answer)).toEqual(refusedFor("SERVICE_FAILED"));
      expect(JSON.stringify(answer)).toContain("internal");
    },
  );

  it("a plain HTTP request that is too large is refused with a reason", async () => {
    const answer = await post("/hook", "application/json", Buffer.alloc(70_000));
    expect([answer.status, refusalOf(answer)]).toEqual([413, refusedFor("REQUEST_TOO_LARGE")]);
  });
});
