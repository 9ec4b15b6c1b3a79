import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { CLIENT, claims, INNER, OUTER, refusedOf, sendRequest } from "./testing/http-request.ts";
import { openProxies } from "./testing/opened-proxies.ts";
import { proxyHeaders, startBalancer, startProxy } from "./testing/proxies.ts";
import { openSecurePods, type SecurePod, type SecurePods } from "./testing/secure-pods.ts";

let pods: SecurePods;
beforeAll(async () => {
  pods = await openSecurePods();
});
afterAll(() => pods.close(), 30_000);
beforeEach(() => {
  pods.upstream.requests.length = 0;
});

const { opened, closeAll } = openProxies();
afterEach(closeAll);

describe("behind a load balancer that speaks the PROXY protocol", () => {
  let pod: SecurePod;
  beforeAll(async () => {
    pod = await pods.start({ PROXY_PROTOCOL: "on" });
  }, 30_000);

  const versions = Object.entries(proxyHeaders);

  it.each(versions)("of %s a client is where it is, whatever it claims", async (_, header) => {
    const port = await opened(startBalancer(pod.tlsPort, OUTER, header));
    for (const [, headers] of claims)
      expect((await sendRequest(port, pods.authority, { headers })).status).toBe(200);
    expect(new Set(pods.seen())).toEqual(new Set([CLIENT]));
  });

  it.each(versions)(
    "of %s a flood is that of one client, and not of the load balancer",
    async (_, header) => {
      const limited = await pods.start({ PROXY_PROTOCOL: "on", ADDRESS_RATE: "1" });
      const port = await opened(startBalancer(limited.tlsPort, OUTER, header));
      expect(await refusedOf(30, port, pods.authority, "127.0.0.8")).toBeGreaterThan(0);
      expect(await refusedOf(1, port, pods.authority, "127.0.0.9")).toBe(0);
    },
    30_000,
  );

  it.each(versions)("of %s pages asked for by http are at https", async (_, header) => {
    const port = await opened(startBalancer(pod.port, OUTER, header));
    const { headers } = await sendRequest(port, pods.authority, { scheme: "http", method: "GET", path: "/" });
    expect(headers.location).toBe(`${pod.origin}/`);
  });

  it.each(versions)("of %s a client that writes such a header too is not understood", async (_, header) => {
    const twice = (client: string) => Buffer.concat([header(client), header("203.0.113.66")]);
    const port = await opened(startBalancer(pod.tlsPort, OUTER, twice));
    await expect(sendRequest(port, pods.authority, {})).rejects.toThrow();
    const plainPort = await opened(startBalancer(pod.port, OUTER, twice));
    const outcome = await sendRequest(plainPort, pods.authority, { scheme: "http" }).then(
      ({ status }) => status,
      () => "closed",
    );
    expect([400, "closed"]).toContain(outcome);
    expect(pods.seen()).toEqual([]);
  });

  it("a client of IPv6 is where it is", async () => {
    const header = () => proxyHeaders["version 1"]("2001:db8:1:2:3:4:5:6");
    const port = await opened(startBalancer(pod.tlsPort, OUTER, header));
    expect((await sendRequest(port, pods.authority, {})).status).toBe(200);
    expect(pods.seen()).toEqual(["2001:db8:1:2:3:4:5:6"]);
  });

  it("nobody comes in past it", async () => {
    await expect(sendRequest(pod.tlsPort, pods.authority, {})).rejects.toThrow();
    await expect(sendRequest(pod.port, pods.authority, { scheme: "http" })).rejects.toThrow();
    expect(pods.seen()).toEqual([]);
  });

  it("its own look, which is of no client, is let in", async () => {
    const local = () => Buffer.from("0d0a0d0a000d0a515549540a20000000", "hex");
    const port = await opened(startBalancer(pod.tlsPort, OUTER, local));
    expect((await sendRequest(port, pods.authority, {})).status).toBe(200);
  });

  it("and a proxy before that, a client is where the proxy saw it", async () => {
    const both = await pods.start({ PROXY_PROTOCOL: "on", TRUSTED_PROXIES: "1" });
    const balancer = await opened(startBalancer(both.tlsPort, INNER, proxyHeaders["version 2"]));
    const port = await opened(
      startProxy({
        ...{ port: balancer, from: OUTER, trusted: pods.authority, proto: "writes" },
        certificate: pods.issue(),
      }),
    );
    expect(
      (await sendRequest(port, pods.authority, { headers: { "x-forwarded-for": "203.0.113.66" } })).status,
    ).toBe(200);
    expect(pods.seen()).toEqual([CLIENT]);
  }, 30_000);
});

describe("without the PROXY protocol", () => {
  it.each(Object.entries(proxyHeaders))("a header of %s is not understood", async (_, header) => {
    const pod = await pods.start();
    for (const [port, scheme] of [
      [pod.tlsPort, "https"],
      [pod.port, "http"],
    ] as const) {
      const balancer = await opened(startBalancer(port, OUTER, () => header("203.0.113.66")));
      const outcome = await sendRequest(balancer, pods.authority, { scheme }).then(
        ({ status }) => status,
        () => "closed",
      );
      expect([400, "closed"]).toContain(outcome);
    }
    expect(pods.seen()).toEqual([]);
  });
});
