import { connect } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import {
  OrderLifecycleService,
  ReadOrderRequestSchema,
} from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { silent } from "../../testing/service.ts";
import { type InternalServer, startInternalServer } from "./internal-server.ts";
import { createServingStatus } from "./serving-status.ts";

const CANCEL = 8;
const message = Buffer.from(
  toBinary(ReadOrderRequestSchema, {
    $typeName: "ticketing.orders.internal.v1.ReadOrderRequest",
    orderId: "0192f0c0-1111-7222-8333-444455556666",
  }),
);
const framed = Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]);

let server: InternalServer;
/** What checking a token waits for. */
let checked: () => Promise<void>;
let calls: AbortSignal[];

beforeAll(async () => {
  const none = () => ({});
  server = await startInternalServer({
    host: "127.0.0.1",
    port: 0,
    log: silent,
    authenticate: () => checked().then(() => "payments"),
    routes: (router) =>
      router.service(OrderLifecycleService, {
        readOrder(_, { signal }) {
          calls.push(signal);
          return {};
        },
        completeOrder: none,
        cancelOrder: none,
        expireOrder: none,
        markRefunded: none,
        refuseRefund: none,
        endForEvent: none,
        refundForCase: none,
        recordPartRefund: none,
        openTicket: none,
        listOrders: none,
        listOverdueOrders: none,
      }),
    health: createServingStatus(),
  });
});
beforeEach(() => {
  calls = [];
  checked = async () => undefined;
});
afterAll(() => server.drain(100));

/** Opens a call as it stands on the wire; resolves with its gRPC status when it is closed. */
function open(headers: Record<string, string> = {}, body = framed) {
  const session = connect(`http://127.0.0.1:${server.port}`);
  const stream = session.request({
    ":method": "POST",
    ":path": "/ticketing.orders.internal.v1.OrderLifecycleService/ReadOrder",
    "content-type": "application/grpc",
    te: "trailers",
    ...headers,
  });
  const status = new Promise<string>((resolve) => {
    let seen = "none";
    stream.on("error", () => undefined);
    for (const event of ["response", "trailers"] as const)
      stream.on(event, (received) => {
        seen = String(received["grpc-status"] ?? seen);
      });
    stream.on("close", () => {
      session.destroy();
      resolve(seen);
    });
  });
  stream.resume();
  stream.end(body);
  return { stream, status };
}

describe("a caller that gives up", () => {
  it("while its token is checked has nothing done for it", async () => {
    const checking = Promise.withResolvers<void>();
    const waiting = Promise.withResolvers<void>();
    checked = () => {
      waiting.resolve();
      return checking.promise;
    };
    const call = open();
    await waiting.promise;
    call.stream.close(CANCEL);
    await call.status;
    // The server hears of it on another connection's turn at the latest.
    checked = async () => undefined;
    await open().status;
    await sleep(20);
    checking.resolve();
    await sleep(20);
    expect(calls).toHaveLength(1);
  });
});

describe("a request is refused and its handler not called", () => {
  it.each<Record<string, string>>([
    { "content-type": "application/grpc+json" },
    { "content-type": "application/grpc-web" },
    { "content-type": "application/grpc-web+proto" },
    { ":method": "DELETE" },
    { ":method": "GET" },
  ])("that has %j", async (headers) => {
    expect(await open(headers).status).toBe("none");
    expect(calls).toEqual([]);
  });

  it.each(["application/grpc", "application/grpc+proto", "application/grpc; charset=utf-8"])(
    "but not where its type is %s",
    async (type) => {
      expect(await open({ "content-type": type }).status).toBe("0");
    },
  );
});

describe("a message that says to be compressed", () => {
  const packed = gzipSync(message);
  const compressed = Buffer.concat([Buffer.from([1, 0, 0, 0, packed.length]), packed]);

  it("is opened", async () => {
    expect(await open({ "grpc-encoding": "gzip" }, compressed).status).toBe("0");
  });

  it("is refused where the call names no encoding", async () => {
    expect(await open({}, compressed).status).toBe("13");
    expect(await open({ "grpc-encoding": "identity" }, compressed).status).toBe("13");
    expect(calls).toEqual([]);
  });

  it("is refused where the encoding is unknown, as is one that only might be", async () => {
    expect(await open({ "grpc-encoding": "zstd" }, compressed).status).toBe("12");
    expect(await open({ "grpc-encoding": "zstd" }).status).toBe("12");
    expect(calls).toEqual([]);
  });
});

describe("a deadline", () => {
  it.each(["1H", "61M", "2147484S", "99999999S", "99999999M", "99999999H", "596525H", "999999999H"])(
    "of %s is met",
    async (deadline) => {
      checked = () => sleep(50);
      expect(await open({ "grpc-timeout": deadline }).status).toBe("0");
    },
  );

  it("that is short is kept", async () => {
    checked = () => new Promise(() => undefined);
    expect(await open({ "grpc-timeout": "30m" }).status).toBe("4");
  });
});
