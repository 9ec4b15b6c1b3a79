import { createServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { afterEach, expect, it } from "@jest/globals";
import { h2Get } from "./h2-get.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function serving(handle: (request: Http2ServerRequest, response: Http2ServerResponse) => void) {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  const bound = server.address();
  return `http://127.0.0.1:${bound !== null && typeof bound === "object" ? bound.port : 0}`;
}

it("fetches what a server of HTTP/2 without TLS answers", async () => {
  const origin = await serving((request, response) => response.end(JSON.stringify({ path: request.url })));
  const response = await h2Get(`${origin}/keys?v=1`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ path: "/keys?v=1" });
});

it("passes the status on", async () => {
  const origin = await serving((_, response) => {
    response.writeHead(503);
    response.end();
  });
  expect((await h2Get(origin)).status).toBe(503);
});

it("gives up on an answer without end", async () => {
  const origin = await serving((_, response) => response.end(Buffer.alloc(1024 * 1024)));
  await expect(h2Get(origin)).rejects.toThrow("more than 65536 bytes");
});

it("fails where nobody listens, and where the server breaks off", async () => {
  const origin = await serving((request) => request.stream.session?.destroy());
  await expect(h2Get("http://127.0.0.1:9")).rejects.toThrow("ECONNREFUSED");
  const outcome = await h2Get(origin).then(
    (response) => response.ok,
    () => false,
  );
  expect(outcome).toBe(false);
});

it.each([
  ["CANCEL", 8],
  ["NO_ERROR", 0],
  ["INTERNAL_ERROR", 2],
])("fails at once where the server resets the stream with %s, before or amid its answer", async (_, code) => {
  const before = await serving((request) => request.stream.close(code));
  const amid = await serving((request, response) => {
    response.write("{");
    setTimeout(() => request.stream.close(code), 20);
  });
  for (const origin of [before, amid]) {
    const begun = Date.now();
    // A stream that ends without an error counts as an answer, but its text shows that it was cut.
    const text = await h2Get(origin).then(
      (response) => response.text(),
      () => "",
    );
    expect(text).not.toContain("}");
    expect(Date.now() - begun).toBeLessThan(4_000);
  }
});

it.each([
  ["says nothing", () => undefined],
  ["sends a byte now and then", (_: unknown, response: Http2ServerResponse) => drip(response)],
] as const)(
  "gives up in time on a server that takes the request and %s",
  async (_, handle) => {
    const origin = await serving(handle);
    const begun = Date.now();
    await expect(h2Get(origin, { timeoutMs: 300 })).rejects.toThrow("no answer");
    expect(Date.now() - begun).toBeLessThan(2_000);
  },
  10_000,
);

function drip(response: Http2ServerResponse): void {
  const timer = setInterval(() => response.write(" "), 50);
  closing.push(() => {
    clearInterval(timer);
    response.stream.destroy();
  });
}
