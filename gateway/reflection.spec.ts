import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ServerReflection } from "@ticketing/proto/grpc/reflection/v1/reflection";
import { ServerReflection as ServerReflectionAlpha } from "@ticketing/proto/grpc/reflection/v1alpha/reflection";
import { publicContracts } from "@ticketing/runtime/serving/public-contracts";
import { type PublicServer, startPublicServer } from "@ticketing/runtime/serving/public-server";
import { addReflection } from "@ticketing/runtime/serving/reflection";
import { silent, testConfig } from "@ticketing/runtime/testing/service";
import type { EnvoyServer } from "@ticketing/servers/envoy";
import { freePort } from "@ticketing/servers/ports";
import { forEachRouted } from "./src/routed-services.ts";
import { startGateway } from "./testing/start-gateway.ts";

let dir: string;
let service: PublicServer;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "reflection-"));
  service = await startPublicServer({
    config: testConfig(),
    log: silent,
    routes: (router) => addReflection(router, publicContracts),
    http: {},
  });
});
afterAll(async () => {
  await service.drain(100);
  await rm(dir, { recursive: true, force: true });
});

type Version = typeof ServerReflection | typeof ServerReflectionAlpha;
const versions: Version[] = [ServerReflection, ServerReflectionAlpha];

/** What a tool that may go on asking is answered first: how many services there are, or an error. */
async function firstAnswer(at: string, version: Version) {
  // One type for both: their messages differ in their names.
  const client = createClient(version as typeof ServerReflection, createGrpcTransport({ baseUrl: at }));
  const left = new AbortController();
  const asked = client.serverReflectionInfo(goingOn(left.signal), { signal: left.signal });
  const answers = asked[Symbol.asyncIterator]();
  try {
    const { value } = await answers.next();
    const { messageResponse } = value ?? {};
    return messageResponse?.case === "listServicesResponse"
      ? messageResponse.value.service.length
      : undefined;
  } catch (error) {
    return ConnectError.from(error).code;
  } finally {
    left.abort();
    await answers.next().catch(() => undefined);
  }
}

async function* goingOn(signal: AbortSignal) {
  yield { messageRequest: { case: "listServices" as const, value: "" } };
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
}

describe.each([
  ["shows", true, publicContracts.length + 3],
  ["does not show", false, Code.Unimplemented],
])("a gateway that %s the contracts", (_, reflection, outcome) => {
  let server: EnvoyServer;
  let at: string;
  beforeAll(async () => {
    const nobody = [`127.0.0.1:${await freePort()}`];
    const clusters = forEachRouted(() => nobody);
    const catalog = [`127.0.0.1:${service.port}`];
    ({ server, at } = await startGateway(dir, { ...clusters, catalog }, { reflection }));
  }, 30_000);
  afterAll(() => server.stop());

  it("says so at once, in both versions, to a tool that goes on asking", async () => {
    const begun = Date.now();
    expect(await Promise.all(versions.map((version) => firstAnswer(at, version)))).toEqual([
      outcome,
      outcome,
    ]);
    // The longest that the gateway waits for the end of a request is 20 seconds.
    expect(Date.now() - begun).toBeLessThan(10_000);
  }, 30_000);
});

it("the public contracts are those that the gateway routes", async () => {
  const text = await readFile(join(import.meta.dirname, "envoy.yaml"), "utf8");
  const routed = [...text.matchAll(/prefix: \/(ticketing\.[\w.]+)\/ \}/g)].map(([, name]) => name);
  expect(routed.sort()).toEqual(publicContracts.map(({ typeName }) => typeName).sort());
});
