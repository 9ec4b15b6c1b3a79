import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { credentials, Client as GrpcClient, Metadata } from "@grpc/grpc-js";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { PaymentLifecycleService } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import { makeServiceKeys } from "../../testing/keys.ts";
import { orderLifecycle } from "../../testing/order-lifecycle.ts";
import { silent } from "../../testing/service.ts";
import {
  createServiceAuthenticator,
  createServiceTokens,
  requireService,
} from "../identity/service-tokens.ts";
import { DomainError, errorInfoOf, reasonOf } from "../process/domain-error.ts";
import { currentRequestId, withRequestId } from "../process/request-context.ts";
import { createInternalClient } from "./internal-client.ts";
import { type InternalServer, startInternalServer } from "./internal-server.ts";
import { createServingStatus } from "./serving-status.ts";

const orderId = "0192f0c0-1111-7222-8333-444455556666";

let keys: Awaited<ReturnType<typeof makeServiceKeys>>;
let server: InternalServer;
/** What the service does, told by each spec. */
let readOrder: ServiceImpl<typeof OrderLifecycleService>["readOrder"];
let read: number;
const health = createServingStatus();
const closing: (() => void)[] = [];

const startOrders = async (port = 0) =>
  startInternalServer({
    host: "127.0.0.1",
    port,
    log: silent,
    authenticate: await createServiceAuthenticator({ name: "orders", keysFile: keys.keysFile, log: silent }),
    routes: (router) =>
      router.service(OrderLifecycleService, {
        ...orderLifecycle,
        readOrder(request, context) {
          read += 1;
          return readOrder(request, context);
        },
      }),
    health,
  });

beforeAll(async () => {
  keys = await makeServiceKeys("orders", "payments");
  server = await startOrders();
});
beforeEach(() => {
  read = 0;
  readOrder = (request) => ({ order: { id: request.orderId, version: 7n } });
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
});
afterAll(async () => {
  await server.drain(100);
  await keys.remove();
});

const tokens = () =>
  createServiceTokens({ name: "payments", keyFile: keys.keyFile("payments"), log: silent });

async function orders(options: { callee?: string; ports?: number[]; deadlineMs?: number } = {}) {
  const { callee = "orders", ports = [server.port], deadlineMs } = options;
  const client = createInternalClient(OrderLifecycleService, {
    addresses: ports.map((port) => `127.0.0.1:${port}`),
    callee,
    tokens: await tokens(),
    deadlineMs,
  });
  closing.push(client.close);
  return client;
}

const errorOf = (call: Promise<unknown>): Promise<ConnectError> =>
  call.then(() => Promise.reject(new Error("was answered")), ConnectError.from);

/** A call as somebody sends it who has a socket but not our client. */
async function rawCall(path: string, body: Buffer, authorization?: string) {
  const channel = new GrpcClient(`127.0.0.1:${server.port}`, credentials.createInsecure());
  closing.push(() => channel.close());
  const metadata = new Metadata();
  if (authorization !== undefined) metadata.set("authorization", authorization);
  return new Promise<number>((resolve) =>
    channel.makeUnaryRequest(
      path,
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => bytes,
      body,
      metadata,
      { deadline: Date.now() + 2000 },
      (error) => resolve(error?.code ?? 0),
    ),
  );
}
const READ_ORDER = "/ticketing.orders.internal.v1.OrderLifecycleService/ReadOrder";

describe("a call to another service", () => {
  it("is answered with the typed message", async () => {
    const { order } = await (await orders()).readOrder({ orderId });
    expect(order).toMatchObject({ id: orderId, version: 7n });
  });

  it("gives the callee the caller's name", async () => {
    readOrder = (_, context) => ({ order: { id: requireService(context, "payments") } });
    expect((await (await orders()).readOrder({ orderId })).order?.id).toBe("payments");
    readOrder = (_, context) => ({ order: { id: requireService(context, "workflows") } });
    expect(reasonOf(await errorOf((await orders()).readOrder({ orderId })))).toBe("SERVICE_NOT_ALLOWED");
  });

  it("carries the request id on, and its callee keeps one of its own without", async () => {
    readOrder = () => ({ order: { id: currentRequestId() } });
    const client = await orders();
    const given = await withRequestId("request-1234", () => client.readOrder({ orderId }));
    expect(given.order?.id).toBe("request-1234");
    expect((await client.readOrder({ orderId })).order?.id).toMatch(/^[\da-f-]{36}$/);
  });

  it("runs beside hundreds of others", async () => {
    const client = await orders();
    const calls = Array.from({ length: 300 }, () => client.readOrder({ orderId }));
    expect((await Promise.all(calls)).every(({ order }) => order?.id === orderId)).toBe(true);
  });
});

describe("calls to two replicas", () => {
  it("are all answered while one after the other is drained and replaced", async () => {
    readOrder = (request) => sleep(Math.random() * 10, { order: { id: request.orderId } });
    const replicas = [await startOrders(), await startOrders()];
    const ports = replicas.map(({ port }) => port);
    const client = await orders({ ports });
    const over = new AbortController();
    const failures: ConnectError[] = [];
    const callers = Array.from({ length: 8 }, async () => {
      while (!over.signal.aborted) {
        await client.readOrder({ orderId }).catch((error) => failures.push(ConnectError.from(error)));
      }
    });
    await replicas[0]?.drain(2000);
    // So long that the time between two attempts to connect is at its longest.
    await sleep(5000);
    replicas[0] = await startOrders(ports[0]);
    // What a rolling restart gives a new replica before it goes on.
    await sleep(1000);
    await replicas[1]?.drain(2000);
    await sleep(200);
    over.abort();
    await Promise.all(callers);
    await Promise.all(replicas.map((replica) => replica.drain(100)));
    expect(failures).toEqual([]);
  }, 30_000);
});

describe("a refusal", () => {
  it("keeps its code, message, reason and facts, in any script", async () => {
    readOrder = () => {
      throw new DomainError("ORDER_EXPIRED", "zu spät: 100% – 期限切れ", {
        at: "né",
      });
    };
    const error = await errorOf((await orders()).readOrder({ orderId }));
    expect(error).toMatchObject({ code: Code.FailedPrecondition, rawMessage: "zu spät: 100% – 期限切れ" });
    expect(errorInfoOf(error)).toMatchObject({ reason: "ORDER_EXPIRED", metadata: { at: "né" } });
  });

  it("without details keeps its code and message", async () => {
    readOrder = () => Promise.reject(new ConnectError("not here: 50%", Code.NotFound));
    const error = await errorOf((await orders()).readOrder({ orderId }));
    expect(error).toMatchObject({ code: Code.NotFound, rawMessage: "not here: 50%" });
  });

  it("that nobody expected names the request and nothing else", async () => {
    readOrder = () => Promise.reject(new Error("E11000 at 10.0.0.7"));
    const client = await orders();
    const error = await withRequestId("request-1234", () => errorOf(client.readOrder({ orderId })));
    expect(error).toMatchObject({ code: Code.Internal, rawMessage: "internal error (request request-1234)" });
  });
});

describe("a call never reaches a handler", () => {
  afterEach(() => expect(read).toBe(0));

  it("that breaks a field's constraint", async () => {
    const error = await errorOf((await orders()).readOrder({ orderId: "1" }));
    expect(error).toMatchObject({ code: Code.InvalidArgument });
    expect(error.rawMessage).toContain("order_id");
  });

  it("with a token for another service, or with none", async () => {
    const error = await errorOf((await orders({ callee: "tickets" })).readOrder({ orderId }));
    expect(error.code).toBe(Code.Unauthenticated);
    expect(reasonOf(error)).toBe("SERVICE_TOKEN_REQUIRED");
    expect(await rawCall(READ_ORDER, Buffer.alloc(0))).toBe(Code.Unauthenticated);
    expect(await rawCall(READ_ORDER, Buffer.alloc(0), "Bearer x")).toBe(Code.Unauthenticated);
  });

  it("that is not a message, is larger than 64 KiB, or names no method", async () => {
    const authorization = `Bearer ${await (await tokens()).tokenFor("orders")}`;
    expect(await rawCall(READ_ORDER, Buffer.from([0x0a, 0xff]), authorization)).toBe(Code.InvalidArgument);
    expect(await rawCall(READ_ORDER, Buffer.alloc(65 * 1024), authorization)).toBe(Code.ResourceExhausted);
    expect(await rawCall("/nothing/Here", Buffer.alloc(0), authorization)).toBe(Code.Unimplemented);
  });

  it("to a service of another process", async () => {
    const address = `127.0.0.1:${server.port}`;
    const client = createInternalClient(PaymentLifecycleService, {
      addresses: [address],
      callee: "orders",
      tokens: await tokens(),
    });
    closing.push(client.close);
    expect((await errorOf(client.readPayment({ orderId }))).code).toBe(Code.Unimplemented);
  });
});

describe("a ping", () => {
  it("is answered by the callee, also while that cannot serve", async () => {
    const client = await orders();
    health.set({ ready: false, whole: false });
    await client.ping();
    health.set({ ready: true, whole: true });
    await client.ping();
  });

  it("fails in time where somebody accepts connections and says nothing, and where nobody does", async () => {
    const silence = createServer((socket) => closing.push(() => socket.destroy())).listen(0, "127.0.0.1");
    closing.push(() => silence.close());
    await once(silence, "listening");
    const { port } = silence.address() as AddressInfo;
    for (const ports of [[port], [9]]) {
      const begun = Date.now();
      expect([Code.DeadlineExceeded, Code.Unavailable]).toContain(
        (await errorOf((await orders({ ports })).ping())).code,
      );
      expect(Date.now() - begun).toBeLessThan(3_000);
    }
  });
});

describe("a call ends", () => {
  it("at its deadline, and the callee learns of it", async () => {
    const told = new Promise<unknown>((resolve) => {
      readOrder = (_, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            resolve(signal.reason);
            reject(signal.reason);
          });
        });
    });
    const error = await errorOf((await orders({ deadlineMs: 100 })).readOrder({ orderId }));
    expect(error).toMatchObject({ code: Code.DeadlineExceeded, rawMessage: "orders did not answer in time" });
    expect(await told).toBeInstanceOf(ConnectError);
  });

  it("sooner when the caller asks for less, never later than the client allows", async () => {
    readOrder = () => new Promise(() => undefined);
    const client = await orders({ deadlineMs: 200 });
    for (const timeoutMs of [50, 60_000]) {
      const start = Date.now();
      expect((await errorOf(client.readOrder({ orderId }, { timeoutMs }))).code).toBe(Code.DeadlineExceeded);
      expect(Date.now() - start).toBeLessThan(1500);
    }
  });

  it("when its caller gives up", async () => {
    readOrder = () => new Promise(() => undefined);
    const giveUp = new AbortController();
    const call = errorOf((await orders()).readOrder({ orderId }, { signal: giveUp.signal }));
    setTimeout(() => giveUp.abort(), 50);
    expect((await call).code).toBe(Code.Canceled);
    read = 0;
    const late = errorOf((await orders()).readOrder({ orderId }, { signal: giveUp.signal }));
    expect((await late).code).toBe(Code.Canceled);
    expect(read).toBe(0);
  });

  it("as unavailable where nobody listens", async () => {
    const error = await errorOf((await orders({ ports: [9] })).readOrder({ orderId }));
    expect(error).toMatchObject({
      code: Code.Unavailable,
      rawMessage: "orders cannot be reached now; try again",
    });
  });
});
