import { mkdtemp, rm } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import type { OutgoingHttpHeaders } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { clientNetwork } from "@ticketing/runtime/serving/client-network";
import type { EnvoyServer } from "@ticketing/servers/envoy";
import { forEachRouted } from "./src/routed-services.ts";
import { GET_TICKET } from "./testing/http-request.ts";
import { startGateway } from "./testing/start-gateway.ts";
import { flood, send, startUpstream, type Upstream } from "./testing/upstream.ts";

/** Where this spec's calls come from: the client without a proxy, else the innermost proxy. */
const SOCKET = "127.0.0.1";

let dir: string;
let tickets: Upstream;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "client-address-"));
  tickets = await startUpstream();
});
afterAll(async () => {
  await tickets.close();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(() => {
  tickets.requests.length = 0;
});

const claims: [string, OutgoingHttpHeaders][] = [
  ["x-client-address", { "x-client-address": "203.0.113.66" }],
  ["x-client-address twice", { "x-client-address": ["203.0.113.66", "203.0.113.67"] }],
  ["x_client_address", { x_client_address: "203.0.113.66" }],
  ["X-Real-IP and others", { "x-real-ip": "203.0.113.66", forwarded: "for=203.0.113.66" }],
  ["x-envoy-external-address", { "x-envoy-external-address": "203.0.113.66" }],
];

describe.each([0, 1, 2])("behind %d proxies", (trustedProxies) => {
  let server: EnvoyServer;
  let origin: string;
  beforeAll(async () => {
    const address = [tickets.address];
    const clusters = forEachRouted(() => address);
    const gateway = await startGateway(dir, clusters, { trustedProxies, addressRate: 20 });
    server = gateway.server;
    origin = `http://127.0.0.1:${gateway.port}`;
  }, 30_000);
  afterAll(() => server?.stop());

  /** What stands in x-forwarded-for when the client's call arrives here: its claims, itself, all proxies but the last. */
  const forwarded = (client: string, ...claimed: string[]) =>
    [...claimed, ...[client, "10.0.0.1"].slice(0, trustedProxies)].join(", ");
  const headers = (client: string, more: OutgoingHttpHeaders = {}) => ({
    ":method": "POST",
    ":path": GET_TICKET,
    "content-type": "application/json",
    ...(trustedProxies > 0 && { "x-forwarded-for": forwarded(client) }),
    ...more,
  });
  const seen = () => tickets.requests.map((request) => request.headers["x-client-address"]);
  const client = (address: string) => (trustedProxies === 0 ? SOCKET : address);

  it("services receive the client's address", async () => {
    for (const address of ["198.51.100.7", "2001:db8:1:2:3:4:5:6"]) {
      await send(origin, headers(address), "{}");
    }
    expect(seen()).toEqual([client("198.51.100.7"), client("2001:db8:1:2:3:4:5:6")]);
  });

  it.each(claims)("whatever it claims in %s", async (_, claim) => {
    await send(origin, headers("198.51.100.7", claim), "{}");
    expect(seen()).toEqual([client("198.51.100.7")]);
    expect(tickets.requests[0]?.headers.x_client_address).toBeUndefined();
  });

  it("whatever it claims to have been forwarded for", async () => {
    for (const claimed of [
      "203.0.113.66",
      "203.0.113.66, 203.0.113.67, 10.0.0.1",
      "garbage, ,",
      "127.0.0.1",
    ]) {
      await send(
        origin,
        headers("198.51.100.7", { "x-forwarded-for": forwarded("198.51.100.7", claimed) }),
        "{}",
      );
    }
    expect(new Set(seen())).toEqual(new Set([client("198.51.100.7")]));
  });

  it("in whatever spelling of the header over HTTP/1.1", async () => {
    const { port } = new URL(origin);
    await new Promise<void>((resolve, reject) => {
      const request = httpRequest(
        {
          port,
          host: "127.0.0.1",
          method: "POST",
          path: GET_TICKET,
          headers: [
            ...[
              "host",
              `localhost:${port}`,
              "content-type",
              "application/json",
              "X-CLIENT-Address",
              "203.0.113.66",
            ],
            ...["X-Client_Address", "203.0.113.67", "content-length", "2"],
            ...(trustedProxies > 0 ? ["X-Forwarded-For", forwarded("198.51.100.7")] : []),
          ],
        },
        (response) => response.resume().on("end", resolve),
      );
      request.on("error", reject);
      request.end("{}");
    });
    expect(seen()).toEqual([client("198.51.100.7")]);
  });

  it("a client in IPv6 is its network, and one of IPv4 in IPv6 is itself", async () => {
    for (const address of [
      "2001:db8:1:2:3:4:5:6",
      "2001:db8:1:2::9",
      "::ffff:198.51.100.7",
      "198.51.100.7",
    ]) {
      await send(origin, headers(address), "{}");
    }
    const networks = tickets.requests.map((request) =>
      clientNetwork(new Headers({ "x-client-address": String(request.headers["x-client-address"]) })),
    );
    const [network, mapped, plain] =
      trustedProxies === 0
        ? [SOCKET, SOCKET, SOCKET]
        : ["2001:db8:1:2::/64", "::ffff:198.51.100.7", "198.51.100.7"];
    expect(networks).toEqual([network, network, mapped, plain]);
  });

  it("a flood of one client is refused, and no other client's call", async () => {
    const calls = async (address: string, times: number) => {
      const answers = await flood(origin, headers(address), times, SOCKET);
      return answers.filter(({ status }) => status === 429).length;
    };
    expect(await calls("198.51.100.20", 200)).toBeGreaterThan(50);
    if (trustedProxies > 0) {
      expect(await calls("198.51.100.21", 20)).toBe(0);
      expect(await calls("2001:db8:9::1", 200)).toBeGreaterThan(50);
      expect(await calls("2001:db8:9::2", 20)).toBeGreaterThan(0);
      expect(await calls("2001:db8:9:1::1", 20)).toBe(0);
      expect(await calls("::ffff:198.51.100.30", 200)).toBeGreaterThan(50);
      expect(await calls("::ffff:198.51.100.31", 20)).toBe(0);
    }
  });
});
