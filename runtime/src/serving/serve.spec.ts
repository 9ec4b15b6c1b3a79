import { fromBinary } from "@bufbuild/protobuf";
import { type ChannelCredentials, credentials, Client as GrpcClient } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { type ProcessHealth, ProcessHealthSchema } from "@ticketing/proto/type/internal/v1/process_health";
import { makeServiceKeys } from "../../testing/keys.ts";
import { orderLifecycle } from "../../testing/order-lifecycle.ts";
import { silent, testConfig } from "../../testing/service.ts";
import { createServiceTokens } from "../identity/service-tokens.ts";
import { createInternalClient } from "./internal-client.ts";
import { serve } from "./serve.ts";

const orderId = "0192f0c0-1111-7222-8333-444455556666";
const insecure: ChannelCredentials = credentials.createInsecure();

let keys: Awaited<ReturnType<typeof makeServiceKeys>>;
beforeAll(async () => {
  keys = await makeServiceKeys("orders", "payments");
});
afterAll(() => keys.remove());

const config = () => testConfig({ SERVICE_KEYS_FILE: keys.keysFile });

/** grpc.health.v1 without its generated code: service and status are their only fields. */
async function health(port: number, service = ""): Promise<string> {
  const channel = new GrpcClient(`127.0.0.1:${port}`, insecure);
  const bytes = await new Promise<Buffer>((resolve, reject) =>
    channel.makeUnaryRequest(
      "/grpc.health.v1.Health/Check",
      (request: Buffer) => request,
      (response: Buffer) => response,
      Buffer.from([0x0a, service.length, ...Buffer.from(service)]),
      { deadline: Date.now() + 2000 },
      (error, answer) => (error || !answer ? reject(error) : resolve(answer)),
    ),
  );
  channel.close();
  return ["UNKNOWN", "SERVING", "NOT_SERVING"][bytes[1] ?? 0] ?? "";
}

describe("a process", () => {
  it("serves its health and its internal methods on the internal port", async () => {
    const serving = await serve({
      name: "orders",
      config: config(),
      log: silent,
      publicRoutes: (router) => router.service(OrderService, {}),
      internalRoutes: (router) => router.service(OrderLifecycleService, orderLifecycle),
    });
    expect(await health(serving.internalPort)).toBe("SERVING");
    const client = createInternalClient(OrderLifecycleService, {
      addresses: [`127.0.0.1:${serving.internalPort}`],
      callee: "orders",
      tokens: await createServiceTokens({ name: "payments", keyFile: keys.keyFile("payments"), log: silent }),
    });
    expect((await client.readOrder({ orderId })).order?.id).toBe(orderId);
    client.close();
    await serving.close();
  });

  it("without a public port serves the internal one alone", async () => {
    const serving = await serve({ name: "workflows", config: config(), log: silent });
    expect(serving.publicPort).toBeUndefined();
    expect(await health(serving.internalPort)).toBe("SERVING");
    await serving.close();
  });

  it("takes calls as soon as what it needs has answered once, and while that is away later: its health says both", async () => {
    let away = true;
    const told: ProcessHealth[] = [];
    const events = {
      presence: {
        publish: (_: string, payload: Uint8Array) => void told.push(fromBinary(ProcessHealthSchema, payload)),
        subscribe: () => undefined,
      },
      ping: () => Promise.reject(new Error("no broker")),
    };
    const database = () => (away ? Promise.reject(new Error("no database")) : Promise.resolve());
    const needs = { database };
    const serving = await serve({ name: "orders", config: config(), log: silent, needs, events });
    const standing = async () =>
      `${await health(serving.internalPort)} ${await health(serving.internalPort, "dependencies")}`;
    expect(await standing()).toBe("NOT_SERVING NOT_SERVING");
    away = false;
    await expectEventually(standing, "SERVING SERVING");
    away = true;
    await expectEventually(standing, "SERVING NOT_SERVING");
    await serving.close();
    // Whoever listens was told the same: that the broker is away keeps nobody from anything.
    expect(told.map((health) => health.serving)).toEqual([false, true, true, false]);
    expect(
      told.map(({ dependencies }) => dependencies.map(({ name, reachable }) => [name, reachable])),
    ).toEqual(
      [false, true, false, false].map((reachable) => [
        ["database", reachable],
        ["broker", false],
      ]),
    );
    expect(told[1]?.dependencies.map(({ needed }) => needed)).toEqual([true, false]);
  }, 15_000);

  it("takes no calls while something is wrong with itself", async () => {
    let stuck = false;
    const workers = () => (stuck ? Promise.reject(new Error("no progress")) : Promise.resolve());
    const serving = await serve({
      name: "workflows",
      config: config(),
      log: silent,
      conditions: { workers },
    });
    expect(await health(serving.internalPort)).toBe("SERVING");
    stuck = true;
    await expectEventually(() => health(serving.internalPort), "NOT_SERVING");
    stuck = false;
    await expectEventually(() => health(serving.internalPort), "SERVING");
    await serving.close();
  }, 15_000);

  it("closes its ports first, then what they used in order, and all of it once", async () => {
    const closed: string[] = [];
    const step = (name: string) => async () => {
      await expect(health(serving.internalPort)).rejects.toThrow();
      closed.push(name);
    };
    const close = [step("relay"), step("events"), step("database")];
    const serving = await serve({ name: "orders", config: config(), log: silent, close });
    await Promise.all([serving.close(), serving.close()]);
    expect(closed).toEqual(["relay", "events", "database"]);
  });
});

async function expectEventually(read: () => Promise<string>, wanted: string): Promise<void> {
  for (let tries = 0; tries < 50 && (await read()) !== wanted; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(await read()).toBe(wanted);
}
