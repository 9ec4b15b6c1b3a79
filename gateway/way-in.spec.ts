import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from "node:http";
import { request as secureRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { type Authority, makeAuthority } from "@ticketing/servers/certificates";
import { mountSecret } from "./testing/mounted-secret.ts";
import { proxyHeaders, startBalancer, startProxy } from "./testing/proxies.ts";
import { startPod } from "./testing/start-pod.ts";
import { startUpstream, type Upstream } from "./testing/upstream.ts";

const GET_TICKET = "/ticketing.tickets.v1.TicketService/GetTicket";
const CLIENT = "127.0.0.7";
const [OUTER, INNER] = ["127.0.0.21", "127.0.0.22"];

type Pod = Awaited<ReturnType<typeof startPod>>;
type Door = Awaited<ReturnType<typeof startProxy>>;

let dir: string;
let secret: string;
let upstream: Upstream;
let authority: Authority;
const doors: Door[] = [];
const pods: Pod[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "way-in-"));
  secret = join(dir, "secret");
  upstream = await startUpstream();
  authority = makeAuthority();
  await mkdir(secret);
  await mountSecret(secret, authority.issue({ names: ["localhost"] }));
});
afterAll(async () => {
  for (const { server } of pods) await server.stop();
  await upstream.close();
  await rm(dir, { recursive: true, force: true });
}, 30_000);
beforeEach(() => {
  upstream.requests.length = 0;
});
afterEach(() => {
  for (const door of doors.splice(0)) door.close();
});

const certificate = () => authority.issue({ names: ["localhost"] });
const seen = () => upstream.requests.map(({ headers }) => headers["x-client-address"]);

async function start(env: Record<string, string>): Promise<Pod> {
  const https = env.TLS_TERMINATION === "gateway";
  const pod = await startPod(dir, upstream.address, {
    PUBLIC_URL: "https://localhost:TLS_PORT",
    ADDRESS_RATE: "20",
    ...(https && { PUBLIC_TLS_DIR: secret }),
    ...env,
  });
  pods.push(pod);
  return pod;
}
const opened = async (door: Promise<Door>): Promise<number> => {
  doors.push(await door);
  return (await door).port;
};

interface Asked {
  readonly scheme?: "http" | "https";
  readonly method?: string;
  readonly path?: string;
  readonly from?: string;
  readonly headers?: OutgoingHttpHeaders;
}

/** One request over HTTP/1.1 from an address; rejects when it is not answered. */
function ask(
  port: number,
  { scheme = "https", method = "POST", path = GET_TICKET, from = CLIENT, headers }: Asked,
) {
  return new Promise<{ status: number; headers: IncomingHttpHeaders; body: string }>((resolve, reject) => {
    const options = {
      ...{ port, host: "127.0.0.1", localAddress: from, method, path, agent: false },
      headers: { "content-type": "application/json", ...headers },
    };
    const asked =
      scheme === "http"
        ? request(options)
        : secureRequest({ ...options, servername: "localhost", ca: authority.cert });
    asked.on("error", reject).on("response", (answer) => {
      const { statusCode: status = 0, headers } = answer;
      let body = "";
      answer.setEncoding("utf8").on("data", (part) => {
        body += part;
      });
      answer.on("end", () => resolve({ status, headers, body }));
    });
    asked.end(method === "POST" ? "{}" : undefined);
  });
}

const forged: [string, OutgoingHttpHeaders][] = [
  ["nothing", {}],
  ["an address", { "x-forwarded-for": "203.0.113.66" }],
  ["a chain of addresses", { "x-forwarded-for": `203.0.113.66, ${CLIENT}, ${OUTER}, ${INNER}` }],
  ["no address at all", { "x-forwarded-for": "garbage, ,unknown" }],
  [
    "other headers",
    {
      "x-real-ip": "203.0.113.66",
      forwarded: "for=203.0.113.66;proto=http",
      "x-client-address": "203.0.113.66",
    },
  ],
  ["https", { "x-forwarded-proto": "https" }],
  ["a scheme that there is not", { "x-forwarded-proto": "ftp" }],
  ["an empty scheme", { "x-forwarded-proto": "" }],
  ["two schemes", { "x-forwarded-proto": ["https", "http"] }],
];

describe.each([0, 1, 2])("behind %d proxies that speak HTTP", (proxies) => {
  let pod: Pod;
  beforeAll(async () => {
    pod = await start(
      proxies === 0
        ? { TLS_TERMINATION: "gateway" }
        : { TLS_TERMINATION: "proxy", TRUSTED_PROXIES: `${proxies}` },
    );
  }, 30_000);

  /** The port that callers come to, and the one for plain http. */
  async function doorsOf(proto: "writes" | "passes" = "writes"): Promise<{ https: number; http: number }> {
    if (proxies === 0) return { https: pod.tlsPort, http: pod.port };
    let [https, http] = [pod.port, pod.port];
    if (proxies === 2)
      https = http = await opened(startProxy({ port: pod.port, from: INNER, proto: "passes" }));
    return {
      https: await opened(startProxy({ port: https, from: OUTER, certificate: certificate(), proto })),
      http: await opened(startProxy({ port: http, from: OUTER, proto })),
    };
  }

  it.each(forged)("a client is where it is, whatever it claims: %s", async (_, headers) => {
    const { https } = await doorsOf();
    expect((await ask(https, { headers })).status).toBe(200);
    expect(seen()).toEqual([CLIENT]);
  });

  // An empty scheme, which no proxy writes, is a path that is not there.
  const passedOn = forged.filter(([claim]) => claim !== "an empty scheme");
  it.each(passedOn)("a client is where it is, also when the proxy says no scheme: %s", async (_, headers) => {
    const { https } = await doorsOf("passes");
    expect((await ask(https, { headers })).status).toBe(200);
    expect(seen()).toEqual([CLIENT]);
  });

  it("a flood is that of one address, whatever it claims, and nobody else's", async () => {
    const { https } = await doorsOf();
    const refused = async (from: string, times: number) => {
      const answers = await Promise.all(
        Array.from({ length: times }, (_, n) =>
          ask(https, { from, headers: { "x-forwarded-for": `203.0.113.${n}` } }),
        ),
      );
      return answers.filter(({ status }) => status === 429).length;
    };
    expect(await refused("127.0.0.8", 120)).toBeGreaterThan(20);
    expect(await refused("127.0.0.9", 10)).toBe(0);
  }, 30_000);

  it("who comes by http is sent to https, once, and promised nothing", async () => {
    const { http, https } = await doorsOf();
    const page = { method: "GET", path: "/tickets/7" };
    const sent = await ask(http, { ...page, scheme: "http" });
    expect([sent.status, sent.headers.location]).toEqual([308, `${pod.origin}/tickets/7`]);
    expect(sent.headers["strict-transport-security"]).toBeUndefined();
    const arrived = await ask(https, page);
    expect(arrived.status).not.toBe(308);
    expect(arrived.headers["strict-transport-security"]).toBe("max-age=31536000");
    const called = await ask(http, { scheme: "http", headers: { authorization: "Bearer x" } });
    expect([called.status, called.headers.location]).toEqual([403, undefined]);
    expect(seen()).toEqual(arrived.status === 200 ? [CLIENT] : []);
  });
});

describe("behind a proxy that speaks TLS with the gateway", () => {
  it("a client is where it is, and by what it came there", async () => {
    const pod = await start({ TLS_TERMINATION: "gateway", TRUSTED_PROXIES: "1" });
    const to = { port: pod.tlsPort, from: OUTER, trusted: authority.cert, proto: "writes" } as const;
    const https = await opened(startProxy({ ...to, certificate: certificate() }));
    const http = await opened(startProxy(to));
    expect((await ask(https, { headers: { "x-forwarded-for": "203.0.113.66" } })).status).toBe(200);
    expect((await ask(http, { scheme: "http" })).status).toBe(403);
    expect((await ask(http, { scheme: "http", method: "GET", path: "/" })).status).toBe(308);
    // Whatever a proxy says of it that calls the port for plain http.
    const past = await ask(pod.port, { scheme: "http", headers: { "x-forwarded-proto": "https" } });
    expect([past.status, JSON.parse(past.body).code]).toEqual([403, "failed_precondition"]);
    expect(seen()).toEqual([CLIENT]);
  }, 30_000);
});

describe("behind a load balancer that speaks the PROXY protocol", () => {
  let pod: Pod;
  beforeAll(async () => {
    pod = await start({ TLS_TERMINATION: "gateway", PROXY_PROTOCOL: "on" });
  }, 30_000);

  const versions = Object.entries(proxyHeaders);

  it.each(versions)("of %s a client is where it is, whatever it claims", async (_, header) => {
    const port = await opened(startBalancer(pod.tlsPort, OUTER, header));
    for (const [, headers] of forged) expect((await ask(port, { headers })).status).toBe(200);
    expect(new Set(seen())).toEqual(new Set([CLIENT]));
  });

  it.each(versions)("of %s pages asked for by http are at https", async (_, header) => {
    const port = await opened(startBalancer(pod.port, OUTER, header));
    const { headers } = await ask(port, { scheme: "http", method: "GET", path: "/" });
    expect(headers.location).toBe(`${pod.origin}/`);
  });

  it.each(versions)("of %s a client that writes such a header too is not understood", async (_, header) => {
    const twice = (client: string) => Buffer.concat([header(client), header("203.0.113.66")]);
    const port = await opened(startBalancer(pod.tlsPort, OUTER, twice));
    await expect(ask(port, {})).rejects.toThrow();
    const plainPort = await opened(startBalancer(pod.port, OUTER, twice));
    const outcome = await ask(plainPort, { scheme: "http" }).then(
      ({ status }) => status,
      () => "closed",
    );
    expect([400, "closed"]).toContain(outcome);
    expect(seen()).toEqual([]);
  });

  it("a client of IPv6 is where it is", async () => {
    const header = () => proxyHeaders["version 1"]("2001:db8:1:2:3:4:5:6");
    const port = await opened(startBalancer(pod.tlsPort, OUTER, header));
    expect((await ask(port, {})).status).toBe(200);
    expect(seen()).toEqual(["2001:db8:1:2:3:4:5:6"]);
  });

  it("nobody comes in past it", async () => {
    await expect(ask(pod.tlsPort, {})).rejects.toThrow();
    await expect(ask(pod.port, { scheme: "http" })).rejects.toThrow();
    expect(seen()).toEqual([]);
  });

  it("its own look, which is of no client, is let in", async () => {
    const local = () => Buffer.from("0d0a0d0a000d0a515549540a20000000", "hex");
    const port = await opened(startBalancer(pod.tlsPort, OUTER, local));
    expect((await ask(port, {})).status).toBe(200);
  });

  it("and a proxy before that, a client is where the proxy saw it", async () => {
    const both = await start({ TLS_TERMINATION: "gateway", PROXY_PROTOCOL: "on", TRUSTED_PROXIES: "1" });
    const balancer = await opened(startBalancer(both.tlsPort, INNER, proxyHeaders["version 2"]));
    const port = await opened(
      startProxy({
        ...{ port: balancer, from: OUTER, trusted: authority.cert, proto: "writes" },
        certificate: certificate(),
      }),
    );
    expect((await ask(port, { headers: { "x-forwarded-for": "203.0.113.66" } })).status).toBe(200);
    expect(seen()).toEqual([CLIENT]);
  }, 30_000);
});

describe("without the PROXY protocol", () => {
  it.each(Object.entries(proxyHeaders))("a header of %s is not understood", async (_, header) => {
    const pod = pods[0];
    if (!pod) throw new Error("the first gateway is that without proxies");
    for (const [port, scheme] of [
      [pod.tlsPort, "https"],
      [pod.port, "http"],
    ] as const) {
      const balancer = await opened(startBalancer(port, OUTER, () => header("203.0.113.66")));
      const outcome = await ask(balancer, { scheme }).then(
        ({ status }) => status,
        () => "closed",
      );
      expect([400, "closed"]).toContain(outcome);
    }
    expect(seen()).toEqual([]);
  });
});
