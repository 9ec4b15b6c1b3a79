import { mkdtemp, rm } from "node:fs/promises";
import type { OutgoingHttpHeaders } from "node:http2";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { EnvoyServer } from "@ticketing/servers/envoy";
import { freePort } from "@ticketing/servers/ports";
import { refusalMappers } from "./src/refusals.ts";
import { startGateway } from "./testing/start-gateway.ts";
import { EMPTY_FRAME, flood, send, startUpstream, type Upstream } from "./testing/upstream.ts";

const GET_TICKET = "/ticketing.tickets.v1.TicketService/GetTicket";

let dir: string;
let upstream: Upstream;
let server: EnvoyServer;
let origin: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "refusals-"));
  upstream = await startUpstream();
  const nobody = [`127.0.0.1:${await freePort()}`];
  const here = [upstream.address];
  const clusters = { auth: nobody, tickets: here, orders: here, payments: here, catalog: here };
  const gateway = await startGateway(dir, clusters, { addressRate: 20 });
  server = gateway.server;
  origin = `http://127.0.0.1:${gateway.port}`;
}, 30_000);
afterAll(async () => {
  await server?.stop();
  await upstream.close();
  await rm(dir, { recursive: true, force: true });
});

/** A request as it stands on the wire; resolves with the whole answer. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(origin).port), "127.0.0.1");
    let answer = "";
    socket.setEncoding("utf8").on("data", (part) => {
      answer += part;
      // A kept connection stays open after the answer.
      if (/\r\n\r\n\{.*\}\s*$/s.test(answer)) socket.end();
    });
    socket.on("error", reject).on("close", () => resolve(answer));
    socket.write(text);
  });
}
const bodyOf = (answer: string) => JSON.parse(answer.slice(answer.indexOf("{"), answer.lastIndexOf("}") + 1));

interface Refusal {
  path?: string;
  headers?: OutgoingHttpHeaders;
  body?: Buffer;
}
/** What clients of a protocol send besides. */
const marks: Record<string, OutgoingHttpHeaders> = {
  "application/grpc": { te: "trailers" },
  "application/grpc-web+proto": { "x-grpc-web": "1" },
};
const refusals: [number, string, number, Refusal][] = [
  [400, "invalid_argument", 3, { path: `${GET_TICKET}%2f` }],
  [403, "permission_denied", 7, { headers: { cookie: "a=b", origin: "https://evil.example" } }],
  [404, "not_found", 12, { path: "/nowhere/At" }],
  [413, "resource_exhausted", 8, { body: Buffer.alloc(70_000) }],
  [503, "unavailable", 14, { path: "/ticketing.auth.v1.AuthService/SignIn" }],
  [504, "deadline_exceeded", 4, { path: "/ticketing.tickets.v1.TicketService/Hang" }],
];

describe.each(refusals)(
  "a refusal with %d says %s",
  (status, code, grpc, { path = GET_TICKET, headers, body }) => {
    const ask = (type: string) =>
      send(
        origin,
        { ":method": "POST", ":path": path, "content-type": type, ...marks[type], ...headers },
        body ?? (type.startsWith("application/grpc") ? EMPTY_FRAME : "{}"),
      );

    it("to every client in its own protocol", async () => {
      const [connectReply, grpcReply, webReply] = await Promise.all(
        ["application/json", "application/grpc", "application/grpc-web+proto"].map(ask),
      );
      expect(connectReply?.status).toBe(status);
      expect(JSON.parse(connectReply?.body.toString() ?? "")).toMatchObject({ code });
      expect([grpcReply?.status, grpcReply?.headers["grpc-status"]]).toEqual([200, String(grpc)]);
      expect(webReply?.status).toBe(status);
    }, 30_000);
  },
);

describe("what is refused before a protocol is known", () => {
  it("says of headers that are too large that they are too large", async () => {
    const answer = await raw(`GET / HTTP/1.1\r\nhost: x\r\nx-large: ${"a".repeat(20_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
    expect(bodyOf(answer).code).toBe("resource_exhausted");
  });

  it("says of too many headers the same", async () => {
    const many = Array.from({ length: 70 }, (_, n) => `x-${n}: 1\r\n`).join("");
    const answer = await raw(`GET / HTTP/1.1\r\nhost: x\r\n${many}\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
    expect(bodyOf(answer).code).toBe("resource_exhausted");
  });

  it("says of HTTP/1.0 that it is not spoken here", async () => {
    const answer = await raw("GET / HTTP/1.0\r\nhost: x\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1.[01] 426 /);
    expect(bodyOf(answer).code).toBe("unimplemented");
  });

  it("says of a request that is none that it is not valid", async () => {
    const answer = await raw("GET / HTTP/1.1\r\ncontent-length: -1\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
  });
});

it("a flood is refused as too much in every protocol", async () => {
  for (const type of ["application/json", "application/grpc", "application/grpc-web+proto"]) {
    const headers = { ":method": "POST", ":path": GET_TICKET, "content-type": type };
    const answers = await flood(origin, headers, 200, "127.0.0.1");
    const refused = answers.filter(({ status, headers: answer }) =>
      type === "application/grpc" ? answer["grpc-status"] === "8" : status === 429,
    );
    expect([type, refused.length > 50]).toEqual([type, true]);
  }
});

it("no two mappers answer the same status in the same protocol", () => {
  const filters = refusalMappers.map(({ filter }) => JSON.stringify(filter));
  expect(new Set(filters).size).toBe(filters.length);
});
