import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { CLIENT, claims, INNER, OUTER, refusedOf, sendRequest } from "./testing/http-request.ts";
import { openProxies } from "./testing/opened-proxies.ts";
import { startProxy } from "./testing/proxies.ts";
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

describe.each([0, 1, 2])("behind %d proxies that speak HTTP", (proxies) => {
  const env: Record<string, string> =
    proxies > 0 ? { TLS_TERMINATION: "proxy", TRUSTED_PROXIES: `${proxies}` } : {};
  let pod: SecurePod;
  beforeAll(async () => {
    pod = await pods.start(env);
  }, 30_000);

  /** The port that callers come to, and the one for plain http. */
  async function doorsOf({ port, tlsPort }: SecurePod, proto: "writes" | "passes" = "writes") {
    if (proxies === 0) return { https: tlsPort, http: port };
    const inner = proxies === 2 ? await opened(startProxy({ port, from: INNER, proto: "passes" })) : port;
    return {
      https: await opened(startProxy({ port: inner, from: OUTER, certificate: pods.issue(), proto })),
      http: await opened(startProxy({ port: inner, from: OUTER, proto })),
    };
  }

  it.each(claims)("a client is where it is, whatever it claims: %s", async (_, headers) => {
    const { https } = await doorsOf(pod);
    expect((await sendRequest(https, pods.authority, { headers })).status).toBe(200);
    expect(pods.seen()).toEqual([CLIENT]);
  });

  // An empty scheme, which no proxy writes, is a path that is not there.
  const passedOn = claims.filter(([claim]) => claim !== "an empty scheme");
  it.each(passedOn)("a client is where it is, also when the proxy says no scheme: %s", async (_, headers) => {
    const { https } = await doorsOf(pod, "passes");
    expect((await sendRequest(https, pods.authority, { headers })).status).toBe(200);
    expect(pods.seen()).toEqual([CLIENT]);
  });

  it("a flood is that of one address, whatever it claims, and nobody else's", async () => {
    const limited = await pods.start({ ...env, ADDRESS_RATE: "1" });
    const { https } = await doorsOf(limited);
    expect(await refusedOf(30, https, pods.authority, "127.0.0.8")).toBeGreaterThan(0);
    expect(await refusedOf(1, https, pods.authority, "127.0.0.9")).toBe(0);
  }, 30_000);

  it("a request by http is redirected to https once, without a promise of https", async () => {
    const { http, https } = await doorsOf(pod);
    const page = { method: "GET", path: "/tickets/7" };
    const sent = await sendRequest(http, pods.authority, { ...page, scheme: "http" });
    expect([sent.status, sent.headers.location]).toEqual([308, `${pod.origin}/tickets/7`]);
    expect(sent.headers["strict-transport-security"]).toBeUndefined();
    const arrived = await sendRequest(https, pods.authority, page);
    expect(arrived.status).not.toBe(308);
    expect(arrived.headers["strict-transport-security"]).toBe("max-age=31536000");
    const called = await sendRequest(http, pods.authority, {
      scheme: "http",
      headers: { authorization: "Bearer x" },
    });
    expect([called.status, called.headers.location]).toEqual([403, undefined]);
    expect(pods.seen()).toEqual(arrived.status === 200 ? [CLIENT] : []);
  });
});

describe("behind a proxy that speaks TLS with the gateway", () => {
  it("a client is where it is, and by what it came there", async () => {
    const pod = await pods.start({ TRUSTED_PROXIES: "1" });
    const to = { port: pod.tlsPort, from: OUTER, trusted: pods.authority, proto: "writes" } as const;
    const https = await opened(startProxy({ ...to, certificate: pods.issue() }));
    const http = await opened(startProxy(to));
    expect(
      (await sendRequest(https, pods.authority, { headers: { "x-forwarded-for": "203.0.113.66" } })).status,
    ).toBe(200);
    expect((await sendRequest(http, pods.authority, { scheme: "http" })).status).toBe(403);
    expect(
      (await sendRequest(http, pods.authority, { scheme: "http", method: "GET", path: "/" })).status,
    ).toBe(308);
    // Whatever a proxy says of it that calls the port for plain http.
    const past = await sendRequest(pod.port, pods.authority, {
      scheme: "http",
      headers: { "x-forwarded-proto": "https" },
    });
    expect([past.status, JSON.parse(past.body).code]).toEqual([403, "failed_precondition"]);
    expect(pods.seen()).toEqual([CLIENT]);
  }, 30_000);
});
