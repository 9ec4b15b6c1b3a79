import { once } from "node:events";
import { createServer, type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { Code, ConnectError } from "@connectrpc/connect";
import { credentials } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { createGrpcChannel } from "./channel.ts";
import { createGrpcClient } from "./client.ts";
import { createGrpcTransport } from "./transport.ts";

/** Answers all calls in HTTP/2 alone, as no gRPC server does. */
const callee = createServer();
const EMPTY_MESSAGE = Buffer.alloc(5);
let answer: (stream: ServerHttp2Stream) => void;
let channel: ReturnType<typeof createGrpcChannel>;

beforeAll(async () => {
  callee.on("stream", (stream) => answer(stream));
  await once(callee.listen(0, "127.0.0.1"), "listening");
  const { port } = callee.address() as AddressInfo;
  channel = createGrpcChannel(`ipv4:127.0.0.1:${port}`, credentials.createInsecure());
});
afterAll(() => {
  channel.close();
  callee.close();
});

const header = { ":status": 200, "content-type": "application/grpc+proto" };
const withTrailers = (trailers: OutgoingHttpHeaders) => (stream: ServerHttp2Stream) => {
  stream.respond(header, { waitForTrailers: true });
  stream.once("wantTrailers", () => stream.sendTrailers(trailers));
  stream.end(EMPTY_MESSAGE);
};
const withTrailersAlone = (trailers: OutgoingHttpHeaders) => (stream: ServerHttp2Stream) =>
  stream.respond({ ...header, ...trailers }, { endStream: true });

/** Codes with which both kinds of call end; undefined where one ended well. */
async function codes() {
  const client = createGrpcClient(OrderService, createGrpcTransport({ channel, callee: "orders" }));
  const watch = async () => {
    for await (const _ of client.watchOrder({}, { timeoutMs: 5000 }));
  };
  const calls = [client.getOrder({}, { timeoutMs: 5000 }), watch()];
  return (await Promise.allSettled(calls)).map((call) =>
    call.status === "rejected" ? ConnectError.from(call.reason).code : undefined,
  );
}

describe("a callee's status", () => {
  it.each(["", "0x0", "-0", "0.0", "0e9", "1e0", "NaN", "OK", "0, 0"])(
    "that is no number: %p",
    async (status) => {
      answer = withTrailers({ "grpc-status": status });
      expect(await codes()).toEqual([Code.Unknown, Code.Unknown]);
      answer = withTrailersAlone({ "grpc-status": status });
      expect(await codes()).toEqual([Code.Unknown, Code.Unknown]);
    },
  );

  it.each(["17", "99999999999999999999"])("that gRPC does not know: %p", async (status) => {
    answer = withTrailers({ "grpc-status": status });
    expect(await codes()).toEqual([Code.Unknown, Code.Unknown]);
  });

  // google.rpc.Status, of which the first field is the code.
  it.each([
    ["999", [8, 0xe7, 7]],
    ["-1", [8, ...Array<number>(9).fill(255), 1]],
  ])("whose details have the code %s", async (_code, details) => {
    answer = withTrailers({
      "grpc-status": "5",
      "grpc-status-details-bin": Buffer.from(details).toString("base64"),
    });
    expect(await codes()).toEqual([Code.Unknown, Code.Unknown]);
  });
});
