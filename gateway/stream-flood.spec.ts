import { mkdtemp, rm } from "node:fs/promises";
import { type ClientHttp2Session, connect } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { publicContracts } from "@ticketing/runtime/serving/public-contracts";
import { type EnvoyServer, startEnvoy } from "@ticketing/servers/envoy";
import { freePort } from "@ticketing/servers/ports";
import { clusters, clustersYaml } from "./src/envoy-clusters.ts";
import { writeGatewayConfig } from "./src/gateway-config.ts";
import { forEachRouted } from "./src/routed-services.ts";
import { EMPTY_FRAME, send, startUpstream, type Upstream } from "./testing/upstream.ts";

/** How many unary calls fit, so that a test can open more streams than that. */
const UNARY = 20;

let dir: string;
let upstream: Upstream;
let server: EnvoyServer;
let origin: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "stream-flood-"));
  upstream = await startUpstream();
  const port = await freePort();
  origin = `http://localhost:${port}`;
  const here = [upstream.address];
  const overrides = clustersYaml(forEachRouted(() => here));
  server = await startEnvoy({
    dir,
    config: await writeGatewayConfig(dir, port, origin, { reflection: true }),
    overrides: overrides.replaceAll(/(?<="DEFAULT","max_requests":)\d+/g, `${UNARY}`),
    concurrency: 1,
  });
}, 60_000);
afterAll(async () => {
  await server?.stop();
  await upstream?.close();
  await rm(dir, { recursive: true, force: true });
});

/** Opens a stream, which stays open; resolves with its status in HTTP. */
function open(session: ClientHttp2Session, path: string): Promise<number> {
  const stream = session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc" });
  stream.on("error", () => undefined);
  stream.resume();
  stream.end(EMPTY_FRAME);
  return new Promise((resolve) => {
    // A refusal has its status of gRPC in its headers.
    stream.on("response", (headers) => resolve(headers["grpc-status"] ? 503 : Number(headers[":status"])));
    stream.on("close", () => resolve(0));
  });
}

/** Every stream of the public contracts, with a call of the same service that needs no stream. */
const pairs = publicContracts.flatMap(({ typeName, methods }) => {
  const [call] = methods.filter(({ methodKind }) => methodKind === "unary");
  return methods
    .filter(({ methodKind }) => methodKind !== "unary")
    .map((watch) => [`/${typeName}/${watch.name}`, `/${typeName}/${call?.name}`] as const);
});

it.each([
  ...pairs,
  [
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/ticketing.catalog.v1.CatalogService/SearchTickets",
  ],
])(
  "however many streams of %s are open, %s is answered",
  async (watch, call) => {
    const session = connect(origin);
    session.on("error", () => undefined);
    try {
      const opened = await Promise.all(Array.from({ length: 2 * UNARY }, () => open(session, watch)));
      expect(opened).toEqual(Array(2 * UNARY).fill(200));
      const headers = { ":method": "POST", ":path": call, "content-type": "application/json" };
      expect((await send(origin, headers, "{}")).status).toBe(200);
    } finally {
      session.destroy();
    }
  },
  30_000,
);

it("searches beyond those that can be answered in time are refused at once, and other calls are not", async () => {
  const session = connect(origin);
  session.on("error", () => undefined);
  try {
    const search = "/ticketing.catalog.v1.CatalogService/";
    const headers = { ":method": "POST", "content-type": "application/json" };
    for (let n = 0; n < UNARY; n++) void open(session, `${search}Hang`);
    const arrived = () => upstream.requests.filter(({ path }) => path === `${search}Hang`).length;
    while (arrived() < UNARY) await sleep(10);
    const refused = await send(origin, { ...headers, ":path": `${search}SearchTickets` }, "{}");
    expect(refused.status).toBe(503);
    expect(refused.body.toString()).toContain("SERVICE_UNAVAILABLE");
    const other = "/ticketing.orders.v1.OrderService/GetOrder";
    expect((await send(origin, { ...headers, ":path": other }, "{}")).status).toBe(200);
  } finally {
    session.destroy();
  }
  const [thresholds] = clusters({ ...forEachRouted(() => []), catalog: ["127.0.0.1:1"] })
    .filter(({ name }) => name === "catalog")
    .map(({ circuit_breakers }) => circuit_breakers.thresholds);
  expect(thresholds).toContainEqual(expect.objectContaining({ priority: "DEFAULT", max_requests: 600 }));
}, 30_000);

it("streams have room for all that the gateway's connections carry, so that the services bound them first", () => {
  const nowhere = { ...forEachRouted(() => []), orders: ["127.0.0.1:1"] };
  const [thresholds] = clusters(nowhere)
    .filter(({ name }) => name === "orders")
    .map(({ circuit_breakers }) => circuit_breakers.thresholds);
  // Connections, and streams of each, as envoy.yaml has them.
  expect(thresholds).toContainEqual(
    expect.objectContaining({ priority: "HIGH", max_requests: 10_000 * 100 }),
  );
});
