import { request } from "node:http";
import { type OutgoingHttpHeaders, connect as openSession } from "node:http2";
import type { ConnectionOptions } from "node:tls";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { handshake } from "./testing/handshake.ts";
import { GET_TICKET } from "./testing/http-request.ts";
import { openSecurePods, type SecurePod, type SecurePods } from "./testing/secure-pods.ts";
import { EMPTY_FRAME, send, type Upstream } from "./testing/upstream.ts";

let pods: SecurePods;
let upstream: Upstream;
let pod: SecurePod;
beforeAll(async () => {
  pods = await openSecurePods();
  upstream = pods.upstream;
  pod = await pods.start();
}, 60_000);
afterAll(() => pods.close(), 30_000);
beforeEach(() => {
  upstream.requests.length = 0;
});

const call = (headers: OutgoingHttpHeaders = {}, body: string | Buffer = "{}", path = GET_TICKET) =>
  send(
    pod.origin,
    { ":method": "POST", ":path": path, "content-type": "application/json", ...headers },
    body,
    20_000,
    { ca: pods.authority },
  );

const shake = (options?: ConnectionOptions) => handshake(pod.tlsPort, pods.authority, options);

describe("a handshake", () => {
  it.each(["TLSv1.3", "TLSv1.2"] as const)("may be of %s", async (version) => {
    const found = await shake({ minVersion: version, maxVersion: version });
    expect(found).toMatchObject({ version });
  });

  it.each(["TLSv1.1", "TLSv1"] as const)("of %s is refused", async (version) => {
    const found = await shake({ minVersion: version, maxVersion: version, ciphers: "ALL:@SECLEVEL=0" });
    expect(found.error).toMatch(/PROTOCOL_VERSION|ECONNRESET/);
  });

  it.each([
    [["h2", "http/1.1"], "h2"],
    [["http/1.1"], "http/1.1"],
    [["h3"], false],
    [undefined, false],
  ])("of who offers %j agrees on %s", async (offered, protocol) => {
    expect(await shake(offered && { ALPNProtocols: offered })).toMatchObject({ protocol });
  });
});

describe("by https", () => {
  it("Connect, gRPC and gRPC-Web are answered", async () => {
    expect((await call()).body.toString()).toBe("{}");
    const grpc = await call({ "content-type": "application/grpc", te: "trailers" }, EMPTY_FRAME);
    expect(grpc.trailers["grpc-status"]).toBe("0");
    const web = await call({ "content-type": "application/grpc-web+proto", "x-grpc-web": "1" }, EMPTY_FRAME);
    expect(web.body.subarray(10).toString()).toMatch(/^grpc-status: ?0\r\n/);
  });

  it("every answer tells browsers to use https for a year", async () => {
    const answers = await Promise.all([
      call(),
      call({}, "{}", "/ticketing.orders.internal.v1.OrderLifecycleService/Any"),
      call({ cookie: "a=b", origin: "https://evil.example" }),
      call({}, Buffer.alloc(70_000)),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 403, 413]);
    for (const { headers } of answers) expect(headers["strict-transport-security"]).toBe("max-age=31536000");
  });

  it("calls with cookies come from the https origin alone", async () => {
    const from = async (origin: string) => (await call({ cookie: "a=b", origin })).status;
    expect(await from(pod.origin)).toBe(200);
    expect(await from(pod.origin.replace("https:", "http:"))).toBe(403);
    expect(await from(`http://localhost:${pod.port}`)).toBe(403);
    expect(await from(pod.origin.replace("localhost", "127.0.0.1"))).toBe(403);
  });

  it.each(["http", "HTTP", "ftp", "", "http, https"])(
    "nobody is believed who says %j of it",
    async (claim) => {
      const answer = await call({ "x-forwarded-proto": claim });
      expect(answer.status).toBe(200);
      expect(upstream.requests[0]?.headers["x-forwarded-proto"]).toBe("https");
    },
  );

  it("a client without TLS gets no answer", async () => {
    await expect(fetch(`http://localhost:${pod.tlsPort}/`)).rejects.toThrow();
  });
});

/** One request over HTTP/1.1 to the plain port, with any method, path and host. */
function plain(method: string, path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      const asked = request({ port: pod.port, host: "127.0.0.1", method, path, headers }, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (part) => (body += part));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      });
      asked.on("error", reject);
      asked.end(method === "POST" ? "{}" : undefined);
    },
  );
}

describe("by plain http", () => {
  it.each(["GET", "HEAD"])("%s of a page leads to the same at the public origin", async (method) => {
    const claims: Record<string, string>[] = [{}, { host: "evil.example" }, { "x-forwarded-proto": "https" }];
    for (const headers of claims) {
      const { status, headers: answered, body } = await plain(method, "/tickets/7?a=b%20c", headers);
      expect([status, answered.location, body]).toEqual([308, `${pod.origin}/tickets/7?a=b%20c`, ""]);
      expect(answered["strict-transport-security"]).toBeUndefined();
    }
  });

  it("a page is at the usual port, where the origin names no other", async () => {
    const usual = await pods.start({ PUBLIC_URL: "https://localhost" });
    const answer = await fetch(`http://localhost:${usual.port}/tickets/7`, { redirect: "manual" });
    expect(answer.headers.get("location")).toBe("https://localhost/tickets/7");
  });

  it("nobody is led to another site", async () => {
    for (const path of ["//evil.example/", "/\\evil.example", "/@evil.example", "/.evil.example"]) {
      const { status, headers } = await plain("GET", path);
      if (status === 308) expect(new URL(`${headers.location}`).origin).toBe(pod.origin);
      else expect(status).toBe(400);
    }
  });

  it.each([
    ["POST", GET_TICKET],
    ["GET", `${GET_TICKET}?connect=v1&encoding=json&message=%7B%7D`],
    ["HEAD", GET_TICKET],
    ["POST", "/webhooks/stripe"],
    ["POST", "/webhooks/stripe-connect"],
    ["PUT", "/tickets/7"],
    ["POST", "/"],
  ])("%s %s is refused, and reaches nobody", async (method, path) => {
    const { status, headers, body } = await plain(method, path, { authorization: "Bearer x", cookie: "a=b" });
    // A Connect call has the HTTP status of its code.
    expect([status, headers.location]).toEqual([path.includes("connect=v1") ? 400 : 403, undefined]);
    expect(headers["strict-transport-security"]).toBeUndefined();
    if (method !== "HEAD") {
      const { code, message, details } = JSON.parse(body);
      expect([code, details[0].debug.reason]).toEqual(["failed_precondition", "HTTPS_REQUIRED"]);
      expect(message).toContain(pod.origin);
    }
    expect(upstream.requests).toEqual([]);
  });

  it("a gRPC call is refused in gRPC, also one that goes on sending", async () => {
    const session = openSession(`http://localhost:${pod.port}`);
    const stream = session.request({
      ":method": "POST",
      ":path": GET_TICKET,
      "content-type": "application/grpc",
      te: "trailers",
    });
    stream.on("error", () => undefined);
    stream.write(EMPTY_FRAME);
    const begun = Date.now();
    const headers = await new Promise<OutgoingHttpHeaders>((resolve) => stream.on("response", resolve));
    session.destroy();
    expect(headers["grpc-message"]).toContain("https");
    expect(headers["grpc-status"]).toBe("9");
    expect(Date.now() - begun).toBeLessThan(10_000);
  });
});
