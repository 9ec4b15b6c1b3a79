import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { type ClientHttp2Session, connect, constants, type OutgoingHttpHeaders } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { TicketService } from "@ticketing/proto/tickets/v1/ticket_service";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { type PublicServer, startPublicServer } from "@ticketing/runtime/serving/public-server";
import { silent, testConfig } from "@ticketing/runtime/testing/service";
import type { EnvoyServer } from "@ticketing/servers/envoy";
import { freePort } from "@ticketing/servers/ports";
import { forEachRouted } from "./src/routed-services.ts";
import { clientsOf, failureOf, grpcCodes } from "./testing/clients.ts";
import { startGateway } from "./testing/start-gateway.ts";
import { EMPTY_FRAME } from "./testing/upstream.ts";

const KNOWN = "/ticketing.tickets.v1.TicketService/GetTicket";
const unknown = [
  "/ticketing.tickets.v1.TicketService/Nothing",
  "/ticketing.tickets.v1.TicketService/",
  "/ticketing.tickets.v1.TicketService",
  "/ticketing.tickets.internal.v1.TicketLockService/LockTicket",
  "/ticketing.tickets.v2.TicketService/GetTicket",
  "/nowhere.v1.Service/Method",
  "/nowhere",
  "/",
];

let dir: string;
let service: PublicServer;
let server: EnvoyServer;
let address: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "unknown-paths-"));
  service = await startPublicServer({
    config: testConfig(),
    log: silent,
    routes: (router) => router.service(TicketService, { getTicket: () => ({}) }),
    http: {},
  });
  const nobody = [`127.0.0.1:${await freePort()}`];
  const clusters = forEachRouted(() => nobody);
  const gateway = await startGateway(dir, { ...clusters, tickets: [`127.0.0.1:${service.port}`] });
  server = gateway.server;
  address = `127.0.0.1:${gateway.port}`;
}, 60_000);
afterAll(async () => {
  await server?.stop();
  await service.drain(100);
  await rm(dir, { recursive: true, force: true });
});

/** What comes of a request whose body is `size` bytes and then goes on without an end. */
function endless(session: ClientHttp2Session, headers: OutgoingHttpHeaders, size: number) {
  return new Promise<{ status: number; grpc: number; reset: number | undefined }>((resolve) => {
    const stream = session.request({ ":method": "POST", ...headers });
    const seen = { status: 0, grpc: 0 };
    stream.on("error", () => undefined);
    stream.on("response", (received) => {
      seen.status = received[":status"] ?? 0;
      seen.grpc = Number(received["grpc-status"] ?? 0);
    });
    stream.on("close", () => resolve({ ...seen, reset: stream.rstCode }));
    stream.resume();
    stream.write(Buffer.alloc(size));
  });
}

/** The same over HTTP/1.1. */
function statusOverHttp1(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: "POST" }, (answer) => {
      resolve(answer.statusCode);
      call.destroy();
    });
    call.on("error", reject);
    call.write("{");
  });
}

async function onOneConnection<T>(use: (session: ClientHttp2Session) => Promise<T>): Promise<T> {
  // Node's client counts what it could not send among its memory until the connection ends, and stops at 10 MB.
  const session = connect(`http://${address}`, { maxSessionMemory: 1_000 });
  try {
    return await use(session);
  } finally {
    session.destroy();
  }
}

/** Shorter than the 20 seconds that the gateway waits for the end of a request. */
const AT_ONCE_MS = 15_000;

async function atEach<T>(
  paths: readonly string[],
  ask: (path: string) => Promise<T>,
): Promise<[string, T][]> {
  return Promise.all(paths.map(async (path): Promise<[string, T]> => [path, await ask(path)]));
}

describe("a path that is not there is refused while the client goes on sending", () => {
  it(
    "in calls of gRPC of each kind",
    async () => {
      const refused = {
        unary: Code.Unimplemented,
        "server streaming": Code.Unimplemented,
        "client streaming": Code.Unimplemented,
        bidirectional: Code.Unimplemented,
      };
      const codes = await atEach(unknown, (path) => grpcCodes(address, path));
      expect(codes).toEqual(unknown.map((path) => [path, refused]));
    },
    AT_ONCE_MS,
  );

  it.each([
    ["application/grpc", 200, 12],
    ["application/grpc-web+proto", 200, 12],
    ["application/connect+proto", 200, 0],
    ["application/json", 404, 0],
  ])(
    "in requests of the type %s, and their streams are over",
    async (type, status, grpc) => {
      const refused = { status, grpc, reset: constants.NGHTTP2_NO_ERROR };
      await onOneConnection(async (session) => {
        for (const size of [0, 5, 60_000]) {
          const headers = { "content-type": type };
          const answers = await atEach(unknown, (path) =>
            endless(session, { ":path": path, ...headers }, size),
          );
          expect([size, answers]).toEqual([size, unknown.map((path) => [path, refused])]);
        }
      });
    },
    AT_ONCE_MS,
  );

  it(
    "over HTTP/1.1",
    async () => {
      const statuses = await atEach(unknown, (path) => statusOverHttp1(`http://${address}${path}`));
      expect(statuses).toEqual(unknown.map((path) => [path, 404]));
    },
    AT_ONCE_MS,
  );
});

it("an unknown method of a known service is unimplemented to each client", async () => {
  const method = { ...TicketService.method.getTicket, name: "Nothing" };
  for (const [name, transport] of Object.entries(clientsOf(`http://${address}`))) {
    const error = await failureOf(transport, method, { ticketId: "x" });
    expect([name, Code[error.code], reasonOf(error)]).toEqual([name, "Unimplemented", "NO_SUCH_PATH"]);
  }
});

describe("a connection goes on after", () => {
  /** What the service says to a request that names no ticket. */
  const REACHED = [200, Code.InvalidArgument];
  const large = Buffer.alloc(200_000);
  const call = (session: ClientHttp2Session, path: string, body: Buffer) =>
    new Promise<[number, number]>((resolve) => {
      const stream = session.request({
        ":method": "POST",
        ":path": path,
        "content-type": "application/grpc",
        te: "trailers",
      });
      let status: [number, number] = [0, 0];
      stream.on("error", () => undefined);
      stream.on("response", (received) => {
        status = [received[":status"] ?? 0, Number(received["grpc-status"] ?? 0)];
      });
      stream.on("close", () => resolve(status));
      stream.resume();
      stream.end(body);
    });

  // Envoy's HTTP/2 refuses them before there is a request: the stream is reset, without an answer.
  it.each([
    ["a header that is too long", { "x-long": "a".repeat(20_000) }],
    ["too many headers", Object.fromEntries(Array.from({ length: 70 }, (_, n) => [`x-${n}`, "1"]))],
  ])("%s", async (_, headers) => {
    await onOneConnection(async (session) => {
      const refused = await endless(
        session,
        { ":path": KNOWN, "content-type": "application/grpc", ...headers },
        5,
      );
      expect(refused).toEqual({ status: 0, grpc: 0, reset: constants.NGHTTP2_INTERNAL_ERROR });
      expect(await call(session, KNOWN, EMPTY_FRAME)).toEqual(REACHED);
    });
  });

  it.each([
    ["bodies that are too large", KNOWN, Code.ResourceExhausted],
    [
      "bodies that nobody reads, at a path that is not there",
      "/nowhere.v1.Service/Method",
      Code.Unimplemented,
    ],
    ["such at a method that is not there", "/ticketing.tickets.v1.TicketService/Nothing", Code.Unimplemented],
  ])("100 %s", async (_, path, code) => {
    // Together these are twenty times what a connection may send unread.
    await onOneConnection(async (session) => {
      for (let n = 0; n < 100; n++) expect([n, await call(session, path, large)]).toEqual([n, [200, code]]);
      expect(await call(session, KNOWN, EMPTY_FRAME)).toEqual(REACHED);
    });
  });
});
