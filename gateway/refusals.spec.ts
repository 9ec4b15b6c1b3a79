import { mkdtemp, rm } from "node:fs/promises";
import type { OutgoingHttpHeaders } from "node:http2";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Code } from "@connectrpc/connect";
import { codeFromString, codeToHttpStatus } from "@connectrpc/connect/protocol-connect";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { EnvoyServer } from "@ticketing/servers/envoy";
import { freePort } from "@ticketing/servers/ports";
import { refusalMappers } from "./src/refusal-mappers.ts";
import { forEachRouted } from "./src/routed-services.ts";
import { GET_TICKET } from "./testing/http-request.ts";
import { startGateway } from "./testing/start-gateway.ts";
import { type Answer, EMPTY_FRAME, send, startUpstream, type Upstream } from "./testing/upstream.ts";

let dir: string;
let upstream: Upstream;
let server: EnvoyServer;
let origin: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "refusals-"));
  upstream = await startUpstream();
  const nobody = [`127.0.0.1:${await freePort()}`];
  const here = [upstream.address];
  const clusters = { ...forEachRouted(() => here), auth: nobody };
  const gateway = await startGateway(dir, clusters);
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
/** Content types, and what clients send besides. */
const kinds: Record<string, OutgoingHttpHeaders> = {
  "application/grpc": { te: "trailers" },
  "application/grpc+proto": { te: "trailers" },
  "application/grpc-web+proto": { "x-grpc-web": "1" },
  "application/grpc-web-text": { accept: "application/grpc-web-text" },
  "application/json": { "connect-protocol-version": "1" },
  "application/json; charset=utf-8": { "connect-protocol-version": "1" },
  "application/proto": {},
  "application/connect+json": {},
  "application/connect+proto": {},
};

/** What an answer says in its protocol, read by hand. */
function told({ status, headers, body }: Answer) {
  const type = `${headers["content-type"]}`;
  if (type.startsWith("application/grpc")) {
    const text = type.includes("text") ? Buffer.from(`${body}`, "base64") : body;
    const field = (name: string) =>
      new RegExp(`^${name}: ?(.*)\\r$`, "m").exec(text.subarray(5).toString())?.[1] ?? headers[name];
    return { status, code: Number(field("grpc-status")), message: field("grpc-message") };
  }
  const isStream = type.startsWith("application/connect+");
  if (isStream) expect([body[0], body.readUInt32BE(1)]).toEqual([2, body.length - 5]);
  const parsed = JSON.parse(`${isStream ? body.subarray(5) : body}`);
  const { code, message } = isStream ? parsed.error : parsed;
  return { status, code: codeFromString(code), message };
}

/** Unary calls of Connect have the status of their code; a path that is not there is 404, as Connect's servers say it. */
const statusOf = (type: string, status: number, code: Code) => {
  const isUnary = /^application\/(json|proto)/.test(type);
  return isUnary ? (status === 404 ? 404 : codeToHttpStatus(code)) : 200;
};

const cases: [number, Code, Refusal][] = [
  [400, Code.InvalidArgument, { path: `${GET_TICKET}%2f` }],
  [403, Code.PermissionDenied, { headers: { cookie: "a=b", origin: "https://evil.example" } }],
  [404, Code.Unimplemented, { path: "/nowhere/At" }],
  [404, Code.Unimplemented, { path: "/" }],
  [413, Code.ResourceExhausted, { body: Buffer.alloc(100_000, "AAAA") }],
  [503, Code.Unavailable, { path: "/ticketing.auth.v1.AuthService/SignIn" }],
  [504, Code.DeadlineExceeded, { path: "/ticketing.tickets.v1.TicketService/Hang" }],
];

describe.each(cases)("a refusal with %d", (status, code, { path = GET_TICKET, headers, body }) => {
  const ask = (type: string) =>
    send(
      origin,
      { ":method": "POST", ":path": path, "content-type": type, ...kinds[type], ...headers },
      body ?? (type.includes("text") ? EMPTY_FRAME.toString("base64") : EMPTY_FRAME),
    );

  it(`says ${Code[code]} to every client in its own protocol`, async () => {
    const answers = await Promise.all(Object.keys(kinds).map(ask));
    const expected = Object.keys(kinds).map((type) => ({
      type,
      status: statusOf(type, status, code),
      code,
      message: expect.stringMatching(/^[a-z][\w':, ]+$/),
    }));
    expect(Object.keys(kinds).map((type, n) => ({ type, ...told(answers[n] as Answer) }))).toEqual(expected);
    for (const { headers } of answers) expect(headers["content-type"]).toBeDefined();
  }, 30_000);

  it("keeps its HTTP status for clients that know no protocol", async () => {
    const [json, text] = await Promise.all(
      ["application/json", "text/plain"].map((type) =>
        send(origin, { ":method": "POST", ":path": path, "content-type": type, ...headers }, body ?? "{}"),
      ),
    );
    expect([json?.status, text?.status]).toEqual([status, status]);
    expect(told(json as Answer).code).toBe(code);
    // A page that is not there is no method that is not implemented.
    expect(told(text as Answer).code).toBe(status === 404 ? Code.NotFound : code);
  }, 30_000);
});

it("a call by GET at an unknown path says so as Connect does, a page does not", async () => {
  const get = async (path: string) => {
    const answer = await fetch(`${origin}${path}`);
    return { status: answer.status, body: await answer.json() };
  };
  expect(await get("/nowhere/At?connect=v1&encoding=json&message=%7B%7D")).toMatchObject({
    status: 404,
    body: { code: "unimplemented" },
  });
  expect(await get("/nowhere/At")).toMatchObject({ status: 404, body: { code: "not_found" } });
});

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

  it("says of a connection that would be another that it is not allowed", async () => {
    const answer = await raw(
      "GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
    );
    expect(answer).toMatch(/^HTTP\/1.1 403 /);
    expect(bodyOf(answer).code).toBe("permission_denied");
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

it("no two mappers answer the same status in the same protocol", () => {
  const filters = refusalMappers.map(({ filter }) => JSON.stringify(filter));
  expect(new Set(filters).size).toBe(filters.length);
});
