import { EventEmitter } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { RetryInfoSchema } from "@ticketing/proto/google/rpc/error_details";
import { Health, HealthCheckResponse_ServingStatus as Status } from "@ticketing/proto/grpc/health/v1/health";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { findServer } from "@ticketing/servers/find";
import { databaseUri, type MongoServer, startMongo } from "@ticketing/servers/mongo";
import { type BreakableProxy, openBreakableProxy } from "../../testing/breakable-proxy.ts";
import { makeServiceKeys } from "../../testing/keys.ts";
import { silent, testConfig } from "../../testing/service.ts";
import { h2Get } from "../identity/h2-get.ts";
import { reasonOf } from "../process/domain-error.ts";
import { type Serving, serve } from "../serving/serve.ts";
import { type Database, openDatabase } from "./database.ts";

/** Two replicas of a service that reads a database, keeps live views open, and hands out keys. */
interface Replica {
  line: BreakableProxy;
  serving: Serving;
  database: Database;
  orders: Client<typeof OrderService>;
  health: Client<typeof Health>;
}
let folder: string;
let mongo: MongoServer;
let keys: Awaited<ReturnType<typeof makeServiceKeys>>;
let replicas: Replica[];

/** The broker, as far as health goes over it. */
const broker = new EventEmitter();
const events = {
  presence: {
    publish: (subject: string, payload: Uint8Array) => void broker.emit(subject, payload),
    subscribe: (subject: string, handle: (payload: Uint8Array) => void) => void broker.on(subject, handle),
  },
  ping: async () => undefined,
};

async function startReplica(): Promise<Replica> {
  const line = await openBreakableProxy(mongo.port);
  const uri = `${databaseUri(`mongodb://127.0.0.1:${line.port}/`, "spec")}?directConnection=true`;
  const database = await openDatabase(uri, silent);
  const serving = await serve({
    name: "orders",
    config: testConfig({ SERVICE_KEYS_FILE: keys.keysFile }),
    log: silent,
    publicRoutes: (router) =>
      router.service(OrderService, {
        getOrder: async ({ orderId }) => {
          await database.db.collection("orders").findOne({ orderId });
          return { order: { id: orderId } };
        },
        async *watchOrder(_, { signal }) {
          for (; !signal.aborted; await sleep(100)) yield {};
        },
      }),
    publicHttp: { "/keys": async () => ({ status: 200, body: "{}" }) },
    needs: { database: database.ping },
    events,
    close: [database.close, line.close],
  });
  const transport = createGrpcTransport({ baseUrl: `http://127.0.0.1:${serving.publicPort}` });
  const [orders, health] = [createClient(OrderService, transport), createClient(Health, transport)];
  return { line, serving, database, orders, health };
}

beforeAll(async () => {
  await findServer("mongo");
  folder = await mkdtemp(join(tmpdir(), "ticketing-outage-"));
  keys = await makeServiceKeys("orders");
  mongo = await startMongo({ dir: folder });
  replicas = await Promise.all([startReplica(), startReplica()]);
}, 60_000);
afterAll(async () => {
  for (const { serving } of replicas ?? []) await serving.close();
  await mongo?.stop();
  await keys?.remove();
  await rm(folder, { recursive: true, force: true });
}, 30_000);

const orderId = "0192f0c0-1111-7222-8333-444455556666";
const status = async ({ health }: Replica, service = "") => (await health.check({ service })).status;

/** How a read is refused, and after how long in milliseconds. */
async function refusal({ orders }: Replica) {
  const begun = performance.now();
  const error = await orders.getOrder({ orderId }).then(
    () => undefined,
    (error: unknown) => ConnectError.from(error),
  );
  const again = error?.findDetails(RetryInfoSchema)[0]?.retryDelay?.seconds;
  return { code: error?.code, reason: reasonOf(error), again, ms: performance.now() - begun };
}

/** A live view, and how many messages came of it. */
function watch({ orders }: Replica) {
  const left = new AbortController();
  const view = { messages: 0, broken: false, leave: () => left.abort() };
  void (async () => {
    for await (const _ of orders.watchOrder({ orderId }, { signal: left.signal })) view.messages++;
  })().catch(() => {
    view.broken = !left.signal.aborted;
  });
  return view;
}

async function until(condition: () => Promise<boolean>, ms: number): Promise<void> {
  for (const end = performance.now() + ms; !(await condition()); await sleep(50))
    if (performance.now() > end) throw new Error("it never happened");
}

describe("while the database of both replicas is away", () => {
  it.each([
    ["stopped", (line: BreakableProxy) => line.cut(), 4_000],
    // Nobody tells that its machine is gone: the first calls find out.
    ["does not answer on open connections", async (line: BreakableProxy) => line.freeze(), 10_000],
  ])(
    "since it %s, what needs none is served, the rest refused in time, and nobody leaves",
    async (_, lose, first) => {
      const views = replicas.map(watch);
      await until(async () => views.every(({ messages }) => messages > 0), 5_000);
      await Promise.all(replicas.map(({ line }) => lose(line)));
      try {
        for (const bound of [first, 4_000, 4_000]) {
          for (const { ms, ...refused } of await Promise.all(replicas.map(refusal))) {
            expect(refused).toEqual({ code: Code.Unavailable, reason: "DATABASE_UNAVAILABLE", again: 1n });
            expect(ms).toBeLessThan(bound);
          }
        }
        for (const replica of replicas)
          await until(async () => (await status(replica, "dependencies")) === Status.NOT_SERVING, 8_000);
        const before = views.map(({ messages }) => messages);
        for (let n = 0; n < 20; n++) {
          for (const replica of replicas) expect(await status(replica)).toBe(Status.SERVING);
          await sleep(100);
        }
        expect(views.map(({ broken }, n) => !broken && (views[n]?.messages ?? 0) > (before[n] ?? 0))).toEqual(
          [true, true],
        );
        for (const { serving } of replicas)
          expect((await h2Get(`http://127.0.0.1:${serving.publicPort}/keys`)).status).toBe(200);
      } finally {
        await Promise.all(replicas.map(({ line }) => line.restore()));
        for (const view of views) view.leave();
      }
      const back = performance.now();
      for (const { orders } of replicas)
        await until(
          () =>
            orders.getOrder({ orderId }).then(
              () => true,
              () => false,
            ),
          5_000,
        );
      expect(performance.now() - back).toBeLessThan(1_500);
    },
    60_000,
  );
});

it("a replica that alone has lost its database leaves the others to serve, and is back with it", async () => {
  const [lost, other] = replicas as [Replica, Replica];
  await lost.line.cut();
  try {
    await until(async () => (await status(lost)) === Status.NOT_SERVING, 20_000);
    expect(await status(other)).toBe(Status.SERVING);
    await other.orders.getOrder({ orderId });
  } finally {
    await lost.line.restore();
  }
  await until(async () => (await status(lost)) === Status.SERVING, 8_000);
}, 60_000);
