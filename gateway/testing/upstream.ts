import {
  type ClientSessionOptions,
  connect,
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "@ticketing/servers/ports";

/** A request as it reached a service. */
export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  trailers: IncomingHttpHeaders;
  body: Buffer;
}

/** One gRPC message of no bytes, in its frame. */
export const EMPTY_FRAME = Buffer.alloc(5);

/**
 * Stands in for a service: HTTP/2 without TLS, remembers what arrives, answers gRPC with an empty message and
 * anything else with `{}`. A method named Hang never answers; Slow answers after 3 seconds; one named Watch* sends a
 * message every second. Its port is none that the system gives to servers, so that no client which still looks for a
 * server of an earlier spec finds this one.
 */
export async function startUpstream() {
  const requests: SeenRequest[] = [];
  const server = createServer();
  server.on("stream", async (stream, headers) => {
    stream.on("error", () => undefined);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const path = headers[":path"] ?? "";
    requests.push({ method: headers[":method"] ?? "", path, headers, body: Buffer.concat(chunks) });
    const method = path.slice(path.lastIndexOf("/") + 1);
    if (method === "Hang") return;
    if (method === "Slow") await sleep(3_000);
    if (!headers["content-type"]?.startsWith("application/grpc")) {
      stream.respond({ ":status": 200, "content-type": "application/json" });
      stream.end("{}");
      return;
    }
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.write(EMPTY_FRAME);
    if (!method.startsWith("Watch")) {
      stream.end();
      return;
    }
    const beat = setInterval(() => stream.write(EMPTY_FRAME), 1_000);
    stream.on("close", () => clearInterval(beat));
  });
  const sessions = new Set<{ destroy(): void }>();
  server.on("session", (session) => sessions.add(session));
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${port}`,
    requests,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}

export type Upstream = Awaited<ReturnType<typeof startUpstream>>;

/** Sends the same request `times` times at once on one connection, from this address; returns the answers in order. */
export async function flood(
  origin: string,
  headers: OutgoingHttpHeaders,
  times: number,
  localAddress: string,
): Promise<Pick<Answer, "status" | "headers">[]> {
  const session = connect(origin, { localAddress } as ClientSessionOptions);
  session.on("error", () => undefined);
  const answers = Array.from(
    { length: times },
    () =>
      new Promise<Pick<Answer, "status" | "headers">>((resolve) => {
        const stream = session.request(headers);
        let answer: Pick<Answer, "status" | "headers"> = { status: 0, headers: {} };
        stream.on("error", () => undefined);
        stream.on("response", (received) => {
          answer = { status: received[":status"] ?? 0, headers: received };
        });
        stream.on("close", () => resolve(answer));
        stream.resume();
        stream.end("{}");
      }),
  );
  try {
    return await Promise.all(answers);
  } finally {
    session.destroy();
  }
}

/** One HTTP/2 request exactly as given, on a connection of its own; `forMs` ends one that does not end itself. */
export function send(
  origin: string,
  headers: OutgoingHttpHeaders,
  body: string | Buffer = "",
  forMs = 20_000,
  connection: SecureClientSessionOptions = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const session = connect(origin, connection);
    const stream = session.request(headers);
    const answer: Answer = { status: 0, headers: {}, trailers: {}, body: Buffer.alloc(0) };
    const timer = setTimeout(() => stream.close(), forMs);
    session.on("error", reject);
    // What the gateway refuses it may reset after its answer; the answer counts.
    stream.on("error", () => undefined);
    stream.on("response", (received) => {
      answer.status = received[":status"] ?? 0;
      answer.headers = received;
    });
    stream.on("trailers", (received) => {
      answer.trailers = received;
    });
    stream.on("data", (chunk: Buffer) => {
      answer.body = Buffer.concat([answer.body, chunk]);
    });
    stream.on("close", () => {
      clearTimeout(timer);
      session.destroy();
      resolve(answer);
    });
    stream.end(body);
  });
}
