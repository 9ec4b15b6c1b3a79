import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type Http2ServerRequest,
  type ServerHttp2Session,
} from "node:http2";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { createUserAuthenticator, sessionCookieName } from "../identity/identity.ts";
import type { CommonConfig } from "../process/config.ts";
import type { Logger } from "../process/log.ts";
import type { TransportSecurity } from "../process/transport-security.ts";
import { createDeadlineInterceptor } from "./deadline-interceptor.ts";
import { endUnread } from "./end-unread.ts";
import { errorAnswer } from "./error-answer.ts";
import { publicError } from "./error-interceptor.ts";
import { callInterceptors } from "./interceptors.ts";
import { limitDeadline } from "./longest-deadline.ts";
import { createRpcHandler } from "./rpc-handler.ts";
import { createStreamLimitInterceptor } from "./stream-limit-interceptor.ts";
import { type HttpResponse, writeAnswer } from "./write-answer.ts";

/** The largest request, in bytes, that this API takes. Its largest legitimate one is a few kilobytes. */
export const MAX_REQUEST_BYTES = 64 * 1024;
/** The longest that a unary call may take. */
const MAX_UNARY_MS = 10_000;
/** Live views that a process keeps open, about 20 KiB of memory each. */
const MAX_STREAMS = 10_000;

/** A plain HTTP request, body read. */
export interface HttpRequest {
  method: string;
  headers: Record<string, string | string[] | undefined>;
  body: Uint8Array;
}

/** Plain HTTP endpoints by path. */
export type HttpRoutes = Record<string, (request: HttpRequest) => Promise<HttpResponse>>;

export interface PublicServer {
  port: number;
  /** Refuses new calls, lets the running ones end for at most `ms`, then closes. Streams are cut. */
  drain(ms: number): Promise<void>;
}

/**
 * The port that the gateway routes to: gRPC, gRPC-Web, Connect and plain HTTP over HTTP/2, with TLS where there is
 * security and without it elsewhere.
 */
export async function startPublicServer(options: {
  config: CommonConfig;
  log: Logger;
  routes: (router: ConnectRouter) => void;
  http: HttpRoutes;
  security?: TransportSecurity | undefined;
}): Promise<PublicServer> {
  const { config, log, security } = options;
  const shutdown = new AbortController();
  const handler = createRpcHandler({
    routes: options.routes,
    interceptors: callInterceptors(log, [
      createDeadlineInterceptor(MAX_UNARY_MS),
      createUserAuthenticator({
        jwksUrl: config.JWKS_URL,
        cookieName: sessionCookieName(config.PUBLIC_URL),
        security,
      }),
      createStreamLimitInterceptor({ perCaller: config.MAX_STREAMS_PER_CALLER, total: MAX_STREAMS }),
    ]),
    readMaxBytes: MAX_REQUEST_BYTES,
    shutdownSignal: shutdown.signal,
    log,
    otherwise: (request, response) => {
      void respond(options.http, request, log).then((answer) => writeAnswer(response, answer));
    },
  });
  const server = createHttp2Server(security);
  server.on("request", (request, response) => {
    limitDeadline(request.headers);
    handler(request, response);
  });
  server.on("stream", endUnread);
  const sessions = trackSessions(server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(config.PORT, config.HOST, resolve);
  });
  server.on("error", (error) => log.error({ err: error }, "the public port failed"));
  const bound = server.address();
  return {
    port: typeof bound === "object" && bound ? bound.port : config.PORT,
    async drain(ms) {
      shutdown.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const session of sessions) session.close();
      const timer = setTimeout(() => {
        for (const session of sessions) session.destroy();
      }, ms);
      await closed;
      clearTimeout(timer);
    },
  };
}

function createHttp2Server(security: TransportSecurity | undefined): Http2Server | Http2SecureServer {
  const settings = { maxConcurrentStreams: 1000 };
  if (!security) return createServer({ settings });
  const server = createSecureServer({ settings, ...security.serverOptions() });
  security.keepRenewed(server);
  // Node leaves them to the server's owner (https://github.com/nodejs/node/issues/35824).
  server.on("secureConnection", (socket) => socket.on("error", () => undefined));
  return server;
}

function trackSessions(server: Http2Server | Http2SecureServer) {
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    // A peer that breaks the protocol loses its session; the process goes on.
    session.on("error", () => session.destroy());
  });
  server.on("sessionError", () => undefined);
  return sessions;
}

async function respond(routes: HttpRoutes, request: Http2ServerRequest, log: Logger): Promise<HttpResponse> {
  // Not `new URL`: a path such as `//` is none to it, and a request must not be able to throw here.
  const route = routes[request.url.split("?", 1)[0] ?? ""];
  if (!route) {
    const error = new ConnectError("no such path", Code.Unimplemented);
    return errorAnswer(request.headers["content-type"] ?? "", error, 404);
  }
  try {
    const body = await readBody(request);
    if (!body)
      return { status: 413, body: JSON.stringify({ code: "resource_exhausted", message: "too large" }) };
    return await route({ method: request.method, headers: request.headers, body });
  } catch (error) {
    log.warn({ path: request.url }, "an HTTP request failed");
    const { code, rawMessage: message } = publicError(error, log);
    if (code !== Code.Unavailable)
      return { status: 500, body: JSON.stringify({ code: "internal", message: "internal error" }) };
    const body = JSON.stringify({ code: "unavailable", message });
    return { status: 503, headers: { "retry-after": "1" }, body };
  }
}

async function readBody(request: Http2ServerRequest): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_REQUEST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
