import { Code, createContextKey, createContextValues, type Interceptor } from "@connectrpc/connect";
import { credentials } from "@grpc/grpc-js";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { connectPeers } from "../../../testing/grpc-peers.ts";
import { createGrpcChannel } from "./channel.ts";
import { createGrpcClient } from "./client.ts";
import { createGrpcTransport } from "./transport.ts";

const orderId = "0192f0c0-1111-7222-8333-444455556666";
const key = createContextKey("none");

let peers: Awaited<ReturnType<typeof connectPeers>>;
const channels: ReturnType<typeof createGrpcChannel>[] = [];
beforeAll(async () => {
  peers = await connectPeers(["runtime", "runtime"], {
    getOrder: (request, { requestHeader, responseHeader }) => {
      responseHeader.set("x-echo", requestHeader.get("x-path") ?? "");
      return { order: { id: request.orderId } };
    },
    async *watchOrder(request, { requestHeader, responseHeader }) {
      responseHeader.set("x-echo", requestHeader.get("x-path") ?? "");
      yield { order: { id: request.orderId } };
    },
  });
});
afterAll(() => {
  for (const channel of channels) channel.close();
  peers.close();
});

function clientWith(...interceptors: Interceptor[]) {
  const channel = createGrpcChannel(`ipv4:127.0.0.1:${peers.server.port}`, credentials.createInsecure());
  channels.push(channel);
  return createGrpcClient(OrderService, createGrpcTransport({ channel, callee: "orders", interceptors }));
}

/** Notes its way through, and passes the answer on as most interceptors do: as a copy. */
const noting =
  (name: string, seen: unknown[]): Interceptor =>
  (next) =>
  async (request) => {
    seen.push([name, request.stream, request.method.name, request.contextValues.get(key)]);
    request.header.append("x-path", name);
    const response = await next(request);
    seen.push([name, response.header.get("x-echo")]);
    return { ...response };
  };

it("runs interceptors in order, with the context of the call", async () => {
  const seen: unknown[] = [];
  const client = clientWith(noting("a", seen), noting("b", seen));
  const contextValues = createContextValues().set(key, "given");
  let header: string | null | undefined;
  const onHeader = (received: Headers) => {
    header = received.get("x-echo");
  };
  expect((await client.getOrder({ orderId }, { contextValues, onHeader })).order?.id).toBe(orderId);
  for await (const { order } of client.watchOrder({ orderId }, { contextValues }))
    expect(order?.id).toBe(orderId);
  expect(header).toBe("a, b");
  expect(seen).toEqual(
    [[false, "GetOrder"] as const, [true, "WatchOrder"] as const].flatMap(([stream, method]) => [
      ["a", stream, method, "given"],
      ["b", stream, method, "given"],
      ["b", "a, b"],
      ["a", "a, b"],
    ]),
  );
});

it("takes an interceptor's answer for the callee's", async () => {
  const refusing: Interceptor = () => () => Promise.reject(new Error("refused here"));
  await expect(clientWith(refusing).getOrder({ orderId })).rejects.toThrow("refused here");
  await expect(clientWith(refusing).watchOrder({ orderId })[Symbol.asyncIterator]().next()).rejects.toThrow(
    "refused here",
  );
});

it("fails as unavailable once its channel is closed", async () => {
  const client = clientWith();
  await client.getOrder({ orderId });
  channels.pop()?.close();
  await expect(client.getOrder({ orderId })).rejects.toMatchObject({ code: Code.Unavailable });
});
