import { createServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { afterEach, expect, it } from "@jest/globals";
import { h2cGet } from "./h2c-fetch.ts";

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
  const response = await h2cGet(`${origin}/keys?v=1`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ path: "/keys?v=1" });
});

it("passes the status on", async () => {
  const origin = await serving((_, response) => {
    response.writeHead(503);
    response.end();
  });
  expect((await h2cGet(origin)).status).toBe(503);
});

it("gives up on an answer without end", async () => {
  const origin = await serving((_, response) => response.end(Buffer.alloc(1024 * 1024)));
  await expect(h2cGet(origin)).rejects.toThrow("more than 65536 bytes");
});

it("fails where nobody listens, and where the server breaks off", async () => {
  const origin = await serving((request) => request.stream.session?.destroy());
  await expect(h2cGet("http://127.0.0.1:9")).rejects.toThrow("ECONNREFUSED");
  const outcome = await h2cGet(origin).then(
    (response) => response.ok,
    () => false,
  );
  expect(outcome).toBe(false);
});
