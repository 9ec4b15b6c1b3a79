import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { launch } from "@ticketing/servers/launch";
import { freePort } from "@ticketing/servers/ports";
import { httpOk } from "@ticketing/servers/probe";
import { forEachRouted } from "./src/routed-services.ts";
import { startGateway } from "./testing/start-gateway.ts";

let dir: string;
/** Of two web servers. */
let ports: readonly [number, number];
const closing: (() => Promise<void>)[] = [];
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "web-restart-"));
  await mkdir(join(dir, "app"));
  await writeFile(join(dir, "app/index.html"), "<!doctype html><title>the page</title>");
});
beforeEach(async () => {
  ports = [await freePort(), await freePort()];
});
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** A gateway to web servers at these ports, and to no service. */
async function startGatewayTo(web: readonly number[]) {
  const nobody = ["127.0.0.1:9"];
  const addresses = forEachRouted(() => nobody);
  const more = { addressRate: 1_000_000 };
  const { server, at } = await startGateway(
    dir,
    { ...addresses, web: web.map((port) => `127.0.0.1:${port}`) },
    more,
  );
  closing.push(() => server.stop());
  /** Resolves when it leaves none of its web servers alone. */
  const usesAll = async () => {
    const stat = `${server.adminUrl}/stats?filter=cluster.web.membership_healthy`;
    while (!(await (await fetch(stat)).text()).includes(`: ${web.length}`)) await sleep(20);
  };
  return { at, usesAll };
}

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url);
  await response.text();
  return response.status;
}

/** The app's own server, as a process. */
async function startWeb(port: number) {
  const server = await launch({
    name: "web",
    command: process.execPath,
    args: ["--conditions=@ticketing/source", join(import.meta.dirname, "../web/server/main.ts")],
    env: { PORT: `${port}`, PUBLIC_URL: "http://localhost:8080", WEB_ROOT: join(dir, "app") },
    logFile: join(dir, "web.log"),
    probe: () => httpOk(`http://127.0.0.1:${port}/healthz`),
  });
  closing.push(() => server.stop());
  return server;
}

it("a rolling restart of two web servers under load shows every page", async () => {
  const servers = await Promise.all(ports.map(startWeb));
  const { at, usesAll } = await startGatewayTo(ports);
  const over = new AbortController();
  const statuses: number[] = [];
  const reading = Array.from({ length: 8 }, async () => {
    for (; !over.signal.aborted; await sleep(5)) statuses.push(await statusOf(at));
  });
  await sleep(500);
  let longestMs = 0;
  for (const [index, port] of ports.entries()) {
    const begun = performance.now();
    await servers[index]?.stop(8_000);
    longestMs = Math.max(longestMs, performance.now() - begun);
    servers[index] = await startWeb(port);
    await usesAll();
  }
  over.abort();
  await Promise.all(reading);
  expect(statuses.length).toBeGreaterThan(200);
  expect(statuses.filter((status) => status !== 200)).toEqual([]);
  expect(longestMs).toBeLessThan(4_000);
}, 60_000);

/** A web server in this process; `stop` ends it at once. */
async function serve(port: number, answer: RequestListener) {
  const server = createServer({ keepAliveTimeout: 60_000 }, answer).listen(port, "127.0.0.1");
  await once(server, "listening");
  const stop = async () => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  closing.push(stop);
  return { stop };
}

it("a server that came back is used again before the next one goes away", async () => {
  const page: RequestListener = (_, response) => response.end("page");
  const servers = await Promise.all(ports.map((port) => serve(port, page)));
  const { at, usesAll } = await startGatewayTo(ports);
  const read = () => Promise.all(Array.from({ length: 8 }, () => statusOf(at)));
  await read();
  await servers[0]?.stop();
  // One that is met while it is gone is left alone for a moment.
  await read();
  servers[0] = await serve(ports[0], page);
  await usesAll();
  await servers[1]?.stop();
  expect(new Set(await read())).toEqual(new Set([200]));
}, 30_000);

it("a page is read again when a server closes a connection just as it is used", async () => {
  const used = new WeakSet<object>();
  await serve(ports[0], ({ socket }, response) => {
    if (used.has(socket)) return socket.destroy();
    used.add(socket);
    response.end("page");
  });
  const { at } = await startGatewayTo([ports[0]]);
  expect([await statusOf(at), await statusOf(at), await statusOf(at)]).toEqual([200, 200, 200]);
}, 30_000);
