import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type ClientHttp2Session, connect } from "node:http2";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient, type Transport } from "@connectrpc/connect";
import { createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { followStream, type StreamState } from "../web/src/api/follow-stream.ts";
import { besideOthers, drainGateway } from "./src/drain.ts";
import { startLoadBalancer } from "./testing/load-balancer.ts";
import { type GatewayPod, startPod } from "./testing/start-pod.ts";
import { startUpstream, type Upstream } from "./testing/upstream.ts";

let dir: string;
let upstream: Upstream;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "drain-"));
  upstream = await startUpstream();
});
afterAll(async () => {
  await upstream.close();
  await rm(dir, { recursive: true, force: true });
});

/** What became of an HTTP/2 connection, in order. */
function watch(session: ClientHttp2Session): string[] {
  const seen: string[] = [];
  session.on("goaway", (code) => seen.push(`goaway ${code}`));
  session.on("error", ({ message }) => seen.push(message));
  session.on("close", () => seen.push("closed"));
  return seen;
}

/** Sends a call on this connection; resolves with its grpc-status. */
async function callOn(session: ClientHttp2Session, method: string): Promise<unknown> {
  const stream = session.request({
    ":method": "POST",
    ":path": `/ticketing.tickets.v1.TicketService/${method}`,
    "content-type": "application/grpc",
    te: "trailers",
  });
  stream.resume();
  stream.end(Buffer.alloc(5));
  const [trailers] = await once(stream, "trailers");
  return trailers["grpc-status"];
}

const FIRST = ["connecting", "live"];
const AGAIN = [...FIRST, "reconnecting", "live"];

/** A live view as the web client keeps it open, with the states that it went through. */
function view(transport: Transport) {
  const states: StreamState[] = [];
  const { close } = followStream({
    open: (signal) => createClient(OrderService, transport).watchOrder({}, { signal }),
    onMessage: () => undefined,
    onState: (state) => {
      if (states.at(-1) !== state) states.push(state);
    },
    renew: async () => false,
  });
  return { states, close };
}

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !condition(); await sleep(20))
    if (Date.now() > end) throw new Error("waited for ten seconds");
}

describe("a gateway that drains", () => {
  let pod: GatewayPod;
  beforeEach(async () => {
    pod = await startPod(dir, upstream.address);
  });
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of [...closing.splice(0), () => pod.server.stop()]) await close();
  });
  const at = () => `http://127.0.0.1:${pod.port}`;
  const drain = (noticeMs: number, boundMs: number) =>
    drainGateway({ adminUrl: pod.adminUrl, noticeMs, boundMs });

  it("answers what was asked, asks silent clients to leave, is alive and not ready, and still serves", async () => {
    const [silent, unused, busy] = [connect(at()), connect(at()), connect(at())];
    const seen = { silent: watch(silent), unused: watch(unused) };
    await Promise.all([callOn(silent, "GetTicket"), once(unused, "connect")]);
    const underway = callOn(busy, "Slow");
    await sleep(200);
    expect([await pod.probe("ready"), await pod.probe("live")]).toEqual([200, 200]);

    const drained = drain(besideOthers.noticeMs, besideOthers.boundMs);
    await sleep(500);
    expect([await pod.probe("ready"), await pod.probe("live")]).toEqual([503, 200]);
    const late = connect(at());
    expect(await callOn(late, "GetTicket")).toBe("0");
    late.destroy();
    expect(await underway).toBe("0");
    expect(await drained).toEqual({ connections: 0, requests: 0 });
    expect(seen).toEqual({ silent: ["goaway 0", "closed"], unused: ["goaway 0", "closed"] });
  }, 30_000);

  it("waits for a call that takes longer than all others need to leave", async () => {
    const client = connect(at());
    const underway = callOn(client, "Slow");
    await sleep(200);
    expect(await drain(0, 10_000)).toMatchObject({ requests: 0 });
    expect(await underway).toBe("0");
    client.destroy();
  }, 30_000);

  it("does not wait when nobody is there, and takes no harm from being asked twice", async () => {
    const begun = performance.now();
    expect(await Promise.all([drain(0, 10_000), drain(0, 10_000)])).toEqual([
      { connections: 0, requests: 0 },
      { connections: 0, requests: 0 },
    ]);
    expect(await drain(0, 10_000)).toEqual({ connections: 0, requests: 0 });
    expect(performance.now() - begun).toBeLessThan(5_000);
  }, 30_000);

  it("ends in time when a client does not leave", async () => {
    // A request without its end.
    const client = net.connect(pod.port, "127.0.0.1");
    client.on("error", () => undefined);
    client.write(
      "POST /ticketing.tickets.v1.TicketService/GetTicket HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n",
    );
    await sleep(200);
    const begun = performance.now();
    expect(await drain(0, 1_000)).toEqual({ connections: 1, requests: 1 });
    expect(performance.now() - begun).toBeLessThan(5_000);
    client.destroy();
  }, 30_000);

  it.each([
    ["has ended", "kill", { connections: 0, requests: 0 }],
    ["does not answer", "freeze", undefined],
  ])(
    "is not waited for longer than that when Envoy %s",
    async (_, how, held) => {
      if (how === "kill") await pod.server.kill();
      else process.kill(pod.server.pid, "SIGSTOP");
      const begun = performance.now();
      expect(await drain(500, 1_000)).toEqual(held);
      expect(performance.now() - begun).toBeLessThan(5_000);
      if (how === "freeze") process.kill(pod.server.pid, "SIGCONT");
    },
    30_000,
  );

  it("keeps live views to its end, and web clients then open them again at another one", async () => {
    const pods = new Set([pod]);
    const balancer = await startLoadBalancer(pods);
    closing.push(balancer.close);
    const baseUrl = `http://${balancer.address}`;
    const views = [
      view(createGrpcWebTransport({ baseUrl, httpVersion: "1.1" })),
      view(createGrpcTransport({ baseUrl })),
    ];
    closing.push(async () => {
      for (const { close } of views) close();
    });
    const states = () => views.map((each) => each.states);
    await until(() => states().every((each) => each.at(-1) === "live"));
    const other = await startPod(dir, upstream.address);
    closing.push(() => other.server.stop());
    pods.add(other);
    await balancer.ask();

    expect(await drain(0, 1_000)).toMatchObject({ requests: 2 });
    expect(states()).toEqual([FIRST, FIRST]);
    await pod.server.stop();
    await until(() => states().every((each) => each.length === 4));
    expect(states()).toEqual([AGAIN, AGAIN]);
  }, 30_000);
});
