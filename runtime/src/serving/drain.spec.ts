import { Code, ConnectError, createClient, type ServiceImpl } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, it } from "@jest/globals";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { silent, testConfig } from "../../testing/service.ts";
import { startPublicServer } from "./public-server.ts";

const orderId = "0192f0c0-1111-7222-8333-444455556666";
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function serving(orders: Partial<ServiceImpl<typeof OrderService>>) {
  const server = await startPublicServer({
    config: testConfig(),
    log: silent,
    routes: (router) => router.service(OrderService, orders),
    http: {},
  });
  const transport = () => createGrpcTransport({ baseUrl: `http://127.0.0.1:${server.port}` });
  return { server, client: () => createClient(OrderService, transport()) };
}

it("a port that drains lets the running call end, cuts the streams, and takes no new call", async () => {
  const arrived = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  const { server, client } = await serving({
    async getOrder() {
      arrived[0].resolve();
      await pause(300);
      return { order: { id: orderId } };
    },
    async *watchOrder(_, { signal }) {
      const left = new Promise((resolve) => signal.addEventListener("abort", resolve));
      yield {};
      await left;
    },
  });
  const running = client().getOrder({ orderId });
  const watching = (async () => {
    for await (const _ of client().watchOrder({ orderId })) arrived[1].resolve();
  })();
  await Promise.all(arrived.map(({ promise }) => promise));
  const begun = Date.now();
  await server.drain(5000);
  expect(Date.now() - begun).toBeLessThan(3000);
  expect((await running).order?.id).toBe(orderId);
  await watching;
  await expect(client().getOrder({ orderId })).rejects.toThrow("ECONNREFUSED");
});

it("a call that does not end in time is cut", async () => {
  const arrived = Promise.withResolvers<void>();
  const { server, client } = await serving({
    getOrder() {
      arrived.resolve();
      return new Promise(() => undefined);
    },
  });
  const running = client().getOrder({ orderId }).catch(ConnectError.from);
  await arrived.promise;
  await server.drain(200);
  expect(await running).toBeInstanceOf(ConnectError);
});

it("a connection without calls does not hold a drain up", async () => {
  const { server, client } = await serving({ getOrder: () => ({}) });
  await client().getOrder({ orderId });
  const begun = Date.now();
  await server.drain(5000);
  expect(Date.now() - begun).toBeLessThan(2000);
});

it("a request that was too large does not hold a drain up", async () => {
  const { server, client } = await serving({});
  const refused = await client()
    .getOrder({ orderId: "x".repeat(1024 * 1024) })
    .catch(ConnectError.from);
  expect(refused).toMatchObject({ code: Code.ResourceExhausted });
  const begun = Date.now();
  await server.drain(5000);
  expect(Date.now() - begun).toBeLessThan(3000);
});
