import { ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { Health } from "@ticketing/proto/grpc/health/v1/health";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { makeServiceKeys } from "../../testing/keys.ts";
import { silent } from "../../testing/service.ts";
import { createServiceAuthenticator, createServiceTokens } from "../identity/service-tokens.ts";
import { createInternalClient } from "./internal-client.ts";
import { startInternalServer } from "./internal-server.ts";
import { createServingStatus } from "./serving-status.ts";

const orderId = "0192f0c0-1111-7222-8333-444455556666";

let keys: Awaited<ReturnType<typeof makeServiceKeys>>;
const closing: (() => void)[] = [];
beforeAll(async () => {
  keys = await makeServiceKeys("orders", "payments");
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
});
afterAll(() => keys.remove());

/** An internal port whose ReadOrder does this, and a caller of it. */
async function serving(readOrder: () => Promise<object>) {
  const health = createServingStatus();
  const unused = () => ({});
  const server = await startInternalServer({
    host: "127.0.0.1",
    port: 0,
    log: silent,
    authenticate: await createServiceAuthenticator({ name: "orders", keysFile: keys.keysFile, log: silent }),
    routes: (router) =>
      router.service(OrderLifecycleService, {
        readOrder,
        completeOrder: unused,
        cancelOrder: unused,
        expireOrder: unused,
        markRefunded: unused,
        refuseRefund: unused,
        endForEvent: unused,
        refundForCase: unused,
        recordPartRefund: unused,
        openTicket: unused,
        listOrders: unused,
        listOverdueOrders: unused,
      }),
    health,
  });
  const address = `127.0.0.1:${server.port}`;
  const client = createInternalClient(OrderLifecycleService, {
    addresses: [address],
    callee: "orders",
    tokens: await createServiceTokens({ name: "payments", keyFile: keys.keyFile("payments"), log: silent }),
  });
  closing.push(client.close);
  const drain = async (ms: number) => {
    const begun = performance.now();
    await server.drain(ms);
    return performance.now() - begun;
  };
  return { client, address, drain };
}

it("an internal port that drains lets the running call end, and callers without calls do not hold it up", async () => {
  const [arrived, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { client, drain } = await serving(async () => {
    arrived.resolve();
    await answer.promise;
    return { order: { id: orderId } };
  });
  const running = client.readOrder({ orderId });
  await arrived.promise;
  const drained = drain(10_000);
  setTimeout(answer.resolve, 300);
  expect((await running).order?.id).toBe(orderId);
  expect(await drained).toBeLessThan(5_000);
});

it("a call to an internal port that does not end in time is cut", async () => {
  const arrived = Promise.withResolvers<void>();
  const { client, drain } = await serving(() => {
    arrived.resolve();
    return new Promise(() => undefined);
  });
  const failed = client.readOrder({ orderId }).catch(ConnectError.from);
  await arrived.promise;
  expect(await drain(200)).toBeLessThan(5_000);
  expect(`${await failed}`).toContain("ConnectError");
});

it("whoever watches the health of an internal port does not hold its drain up", async () => {
  const { address, drain } = await serving(async () => ({}));
  const watching = createClient(Health, createGrpcTransport({ baseUrl: `http://${address}` })).watch({});
  const seen = watching[Symbol.asyncIterator]();
  await seen.next();
  expect(await drain(10_000)).toBeLessThan(5_000);
  await seen.next().catch(() => undefined);
});
